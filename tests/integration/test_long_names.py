"""Names longer than a file system takes, from the document to the prediction."""

from __future__ import annotations

import pytest

from tests.kedro_project import BINDING, CATALOG, CUSTOMERS, PIPELINE

LONG = "very_" * 60


@pytest.mark.slow
def test_long_names_of_a_binding_its_datasets_and_its_experiment(project, store):
    import mlflow
    import pandas as pd

    names = {'"scaler"': f'"{LONG}scaler"', '"classifier"': f'"{LONG}classifier"', '"customers"': f'"{LONG}customers"'}
    pipeline, catalog = PIPELINE, CATALOG
    for name, long in names.items():
        pipeline = pipeline.replace(name, long)
        catalog = catalog.replace(f"{name[1:-1]}:\n", f"{long[1:-1]}:\n")
    project.write(f"src/{project.package}/pipelines/data_science/__init__.py", pipeline)
    (project.source / "pipelines/reporting/__init__.py").unlink()
    (project.source / "pipelines/reporting").rmdir()
    project.write("conf/base/catalog.yml", catalog)
    binding = BINDING.replace("churn:", f"{LONG}churn:").replace(": customers", f": {LONG}customers")
    project.write("conf/base/pipeline_ml.yml", binding + f"  model: {{registered_model_name: {LONG}churn}}\n")
    project.write("conf/base/mlflow.yml", f"tracking: {{experiment: {{name: {LONG}experiment}}}}\n")
    project.kedro("run", f"--pipelines={LONG}churn")
    mlflow.set_tracking_uri(store)
    model = mlflow.pyfunc.load_model(f"models:/{LONG}churn/1")
    rows = pd.DataFrame({"spend": [10.0], "visits": [1]})
    assert len(CUSTOMERS) > len(model.predict(rows)) == 1
