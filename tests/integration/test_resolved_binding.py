"""Bindings declared in Python, and inputs that have another name in training, from the check to the logged model."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml

from kedro_bind import BindingError
from tests.integration.test_run import models_of, run, runs_of

pytestmark = pytest.mark.slow

ROWS = pd.DataFrame({"spend": [1.0, 30.0], "visits": [2, 3]})


def bind_in_code(project, arguments):
    (project.path / "conf/base/pipeline_ml.yml").unlink(missing_ok=True)
    project.write(
        f"src/{project.package}/pipeline_registry.py",
        f"""
        from kedro_bind import pipeline_ml_factory
        from {project.package}.pipelines.data_science import create_pipeline

        def register_pipelines():
            whole = create_pipeline()
            return {{"by_code": pipeline_ml_factory(
                training=whole.only_nodes_with_tags("training"),
                inference=whole.only_nodes_with_tags("inference"),
                {arguments}
            )}}
        """,
    )


def test_the_arguments_of_log_model_pass_through(project, store):
    bind_in_code(
        project,
        """log_model_kwargs={
            "signature": None, "input_example": None, "verify": False, "model_type": "classifier",
            "params": {"depth": 3}, "model_config": {"answer": 42}, "step": 7, "tags": {"year": 2026},
            "metadata": {"team": "growth"}, "pip_requirements": "requirements.txt",
        }""",
    )
    project.write("requirements.txt", "packaging>=21\n")
    run(project, "by_code")
    (model,) = models_of(project)
    assert (model.name, model.model_type, model.params) == ("model", "classifier", {"depth": "3"})
    assert (model.tags["year"], model.tags["kedro_bind.binding"]) == ("2026", "by_code")
    loaded = mlflow.pyfunc.load_model(f"models:/{model.model_id}")
    assert loaded.metadata.signature is None
    assert loaded.metadata.saved_input_example_info is None
    assert loaded.metadata.metadata == {"team": "growth"}
    assert loaded.model_config == {"answer": 42}
    assert list(loaded.predict(ROWS).columns) == ["score", "churns"]
    folder = Path(mlflow.artifacts.download_artifacts(f"models:/{model.model_id}"))
    assert "packaging>=21" in (folder / "requirements.txt").read_text().splitlines()


def test_a_signature_and_an_example_of_code_are_those_of_the_model(project, store):
    bind_in_code(
        project,
        """log_model_kwargs={
            "signature": __import__("mlflow").models.infer_signature([1.0]),
            "input_example": __import__("pandas").DataFrame({"spend": [3.0], "visits": [1]}), "verify": False,
        }""",
    )
    run(project, "by_code")
    (model,) = models_of(project)
    metadata = mlflow.pyfunc.load_model(f"models:/{model.model_id}").metadata
    assert [column.type.name for column in metadata.signature.inputs] == ["double"]
    assert metadata.load_input_example(f"models:/{model.model_id}")["spend"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('log_model_kwargs={"registered_model_name": "a:b"}', "'a:b' is not a valid name for a registered model"),
        ('log_model_kwargs={"pip_requirements": ["scikit learn"]}', "'scikit learn' is not a valid requirement"),
        ('log_model_kwargs={"conda_env": "conda.yml"}', "there is no file 'conda.yml' in the project"),
        ('log_model_kwargs={"code_paths": "src/shop"}', "'model.code_paths' is 'src/shop'"),
        ('kpm_kwargs={"runner": "ThredRunner"}', "did you mean 'ThreadRunner'"),
    ],
)
def test_what_would_fail_after_training_fails_before_it(project, store, arguments, message):
    bind_in_code(project, arguments)
    with pytest.raises(BindingError, match=message):
        run(project, "by_code")
    assert not (project.path / "data/scaler.pkl").exists()
    assert runs_of(project) == []


def test_bind_check_checks_what_code_binds(project):
    bind_in_code(project, 'log_model_kwargs={"registered_model_name": "a:b"}')
    result = project.kedro("bind", "check", check=False)
    assert result.returncode == 1
    assert "it contains ':' (binding 'by_code')" in result.stdout
    project.kedro("bind", "check", "--format=json", "--output=found.json", check=False)
    (finding,) = json.loads((project.path / "found.json").read_text())["diagnostics"]
    assert (finding["binding"], finding["file"], finding["code"]) == ("by_code", None, "bad-model-name")
    bind_in_code(project, "")
    assert "1 binding in 0 files (env local): no problems" in project.kedro("bind", "check").stdout


NAMESPACED = """
    from kedro.pipeline import Pipeline, node, pipeline
    from {package}.pipelines.data_science import create_pipeline

    def clean(raw):
        return raw

    def register_pipelines():
        whole = create_pipeline()
        training = Pipeline([node(clean, "raw", "customers", name="clean", tags="training")])
        training += whole.only_nodes_with_tags("training")
        return {
            "lab": pipeline(training, namespace="lab", inputs={"raw"}, parameters={"params:depth"}),
            "shop": pipeline(
                whole.only_nodes_with_tags("inference"), namespace="shop", parameters={"params:threshold"}
            ),
        }
    """
TWIN = """
    churn:
      training: {pipeline: lab, input_name: lab.customers}
      inference: {pipeline: shop}
      artifacts: {shop.scaler: lab.scaler, shop.classifier: lab.classifier}
    """


def test_an_input_in_a_namespace_is_described_by_its_twin_in_training(project, store, messages):
    """The twin is in memory, so only the run can see it; what is stored of it later is what 'bind log' takes."""
    project.write(f"src/{project.package}/pipeline_registry.py", NAMESPACED)
    project.write("conf/base/pipeline_ml.yml", TWIN)
    catalog = yaml.safe_load((project.path / "conf/base/catalog.yml").read_text())
    entries = {"raw": catalog["customers"], "lab.scaler": catalog["scaler"], "lab.classifier": catalog["classifier"]}
    project.write("conf/base/catalog.yml", yaml.safe_dump(entries))
    assert "no problems" in project.kedro("bind", "check").stdout
    run(project, "churn")
    (model,) = models_of(project)
    loaded = mlflow.pyfunc.load_model(f"models:/{model.model_id}")
    assert loaded.metadata.signature.inputs.input_names() == ["spend", "visits"]
    assert list(loaded.metadata.load_input_example(f"models:/{model.model_id}")) == ["spend", "visits"]
    assert list(loaded.predict(ROWS).columns) == ["score", "churns"]
    assert [line for line in messages if "signature" in line] == []
    plan = next(iter(project.path.rglob("plan.yml"))).read_text()
    assert "input_name: shop.customers" in plan
    assert "lab.customers" not in plan

    project.write("data/clean.csv", "spend,visits,age\n1.5,2,30\n")
    twin = {"lab.customers": {"type": "pandas.CSVDataset", "filepath": "data/clean.csv"}}
    project.write("conf/base/catalog.yml", yaml.safe_dump({**entries, **twin}))
    project.kedro("bind", "log", "churn", "--force")
    second = next(other for other in models_of(project) if other.model_id != model.model_id)
    signature = mlflow.pyfunc.load_model(f"models:/{second.model_id}").metadata.signature
    assert signature.inputs.input_names() == ["spend", "visits", "age"]
