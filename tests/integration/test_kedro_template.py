"""A binding made in Python, in a project as `kedro new` writes it, where nothing else mentions kedro_bind."""

from __future__ import annotations

import subprocess
import sys

import mlflow
import pytest

from tests.kedro_project import KedroProject, clean_environment
from tests.mlflow_store import all_models

pytestmark = pytest.mark.slow

NODES = """
import pandas as pd


def fit(flights: pd.DataFrame) -> dict:
    return {"mean": float(flights["seats"].mean())}


def predict(flights: pd.DataFrame, regressor: dict) -> pd.DataFrame:
    return pd.DataFrame({"price": flights["seats"] * regressor["mean"]})
"""
PRICING = """
from kedro.pipeline import Pipeline, node

from {package}.nodes import fit, predict


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(fit, "flights", "regressor", name="fit", tags="training"),
        node(predict, ["flights", "regressor"], "prices", name="predict", tags="inference"),
    ])
"""
BOUND_IN_CODE = """
from kedro.framework.project import find_pipelines
from kedro_bind import pipeline_ml_factory


def register_pipelines():
    pipelines = find_pipelines({arguments})
    pipelines["__default__"] = sum(pipelines.values())
    pipelines["training"] = pipeline_ml_factory(
        training=pipelines["pricing"].only_nodes_with_tags("training"),
        inference=pipelines["pricing"].only_nodes_with_tags("inference"),
        log_model_kwargs={"name": "price", "verify": False},
    )
    return pipelines
"""
DOCUMENT = """
price:
  training: {pipeline: pricing, tags: training}
  inference: {pipeline: pricing, tags: inference}
"""
CATALOG = """
flights: {type: pandas.CSVDataset, filepath: data/01_raw/flights.csv}
regressor: {type: pickle.PickleDataset, filepath: data/06_models/regressor.pkl}
"""


@pytest.fixture
def template(tmp_path) -> KedroProject:
    """A new project of this Kedro with a pipeline and a binding."""
    options = ["--name=Rocket", "--tools=none", "--example=n", "--telemetry=no"]
    subprocess.run(
        [sys.executable, "-m", "kedro", "new", *options],
        cwd=tmp_path,
        env=clean_environment(),
        check=True,
        capture_output=True,
    )
    made = KedroProject(tmp_path / "rocket", "rocket")
    made.write("src/rocket/nodes.py", NODES)
    made.write("src/rocket/pipelines/pricing/__init__.py", PRICING)
    made.write("src/rocket/pipelines/other/__init__.py", PRICING)
    bind(made, "raise_errors=True")
    made.write("conf/base/catalog.yml", CATALOG)
    made.write("data/01_raw/flights.csv", "seats\n4\n5\n9\n")
    (made.path / "data/06_models").mkdir(exist_ok=True)
    return made


def bind(project, arguments):
    project.write("src/rocket/pipeline_registry.py", BOUND_IN_CODE.replace("{arguments}", arguments))


def models_of(project):
    client = mlflow.MlflowClient(tracking_uri=project.store)
    return [model.name for model in all_models(client)]


def test_both_options_of_kedro_run_train_and_log_a_binding_made_in_python(template):
    for option in ("--pipeline=training", "--pipelines=training"):
        template.kedro("run", option)
    assert models_of(template) == ["price", "price"]


@pytest.mark.parametrize("arguments", ["raise_errors=True", ""])
def test_a_run_of_any_pipeline_survives_a_registry_that_needs_others(template, arguments):
    bind(template, arguments)
    template.kedro("run", "--pipelines=other,training", "--nodes=fit")
    template.kedro("run", "--pipelines=other", "--nodes=fit")
    assert "predict" not in template.kedro("registry", "describe", "training").stdout


@pytest.mark.parametrize("document", ["", DOCUMENT])
def test_a_misspelt_name_gets_the_error_that_kedro_has_for_it(template, document):
    from kedro.framework.project import pipelines

    template.write("conf/base/pipeline_ml.yml", document)
    result = template.kedro("run", "--pipelines=trainin", check=False)
    output = " ".join((result.stdout + result.stderr).split())
    assert result.returncode == 1
    if hasattr(pipelines, "set_requested"):
        assert output.endswith("ImportError: An error occurred while importing the 'rocket.pipelines.trainin' module.")
    else:
        assert "Failed to find the pipeline named 'trainin'" in output


def test_an_error_in_another_pipeline_is_shown_with_that_of_the_requested_name(template):
    template.write("src/rocket/pipelines/other/__init__.py", "raise RuntimeError('no such column')")
    result = template.kedro("run", "--pipelines=training", check=False)
    assert result.returncode == 1
    assert "no such column" in result.stdout + result.stderr


def test_an_unbound_run_loads_only_what_it_asks_for(template):
    """Loading everything would run the module that stops the process."""
    from kedro.framework.project import pipelines

    template.write(
        "src/rocket/pipeline_registry.py",
        """
        from kedro.framework.project import find_pipelines


        def register_pipelines():
            return find_pipelines(raise_errors=True)
        """,
    )
    if hasattr(pipelines, "set_requested"):  # older Kedro versions always load all pipelines
        template.write("src/rocket/pipelines/other/__init__.py", "import os\n\nos._exit(9)")
    template.kedro("run", "--pipelines=pricing", "--nodes=fit")
