"""What MLflow's pages about a run and its model are made of."""

from __future__ import annotations

import tempfile

import mlflow
import pytest
import yaml

from tests.kedro_project import BINDING
from tests.mlflow_store import all_models, experiment_ids

pytestmark = pytest.mark.slow

DESCRIBED = BINDING + "  model: {registered_model_name: churn, description: Tells who leaves, verify: false}\n"


@pytest.fixture
def client(project, store):
    """The client of a store in which a described model has been logged."""
    project.write("conf/base/pipeline_ml.yml", DESCRIBED)
    with project.session() as session:
        session.run(pipeline_names=["churn"])
    mlflow.set_tracking_uri(store)
    return mlflow.MlflowClient()


def test_run_and_model_have_their_origin_and_description(client):
    (run,) = client.search_runs(experiment_ids(client))
    (model,) = all_models(client)

    told = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/kedro_bind/churn.yml")
    assert told == mlflow.artifacts.load_text(f"{model.artifact_location}/artifacts/plan/lineage.yml")
    assert list(yaml.safe_load(told))[:2] == ["binding", "logged_at"]
    document = yaml.safe_load(told)["document"]
    assert document["inference"] == {"pipeline": ["data_science"], "tags": ["inference"]}
    assert document["model"]["description"] == "Tells who leaves"
    assert run.data.params == {"depth": "3"}

    assert model.tags["mlflow.note.content"] == "Tells who leaves"
    assert client.get_model_version("churn", "1").description == "Tells who leaves"
    info = mlflow.models.get_model_info(model.model_uri)
    assert info.signature.inputs.input_names() == ["spend", "visits"]
    assert info.saved_input_example_info["artifact_path"] == "input_example.json"
    mlmodel = mlflow.artifacts.load_text(f"{model.artifact_location}/MLmodel")
    assert tempfile.gettempdir() not in mlmodel.replace(model.artifact_location, "")
