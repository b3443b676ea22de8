"""The experiment of a run, in a real store."""

from __future__ import annotations

import mlflow
import pytest

from conf_schema.mlflow import Experiment
from kedro_bind.errors import LoggingError
from kedro_bind.tracking.experiment import experiment_id


@pytest.fixture
def client(store):
    """A client of the project's store, which is MLflow's own now."""
    mlflow.set_tracking_uri(store)
    return mlflow.MlflowClient()


def test_an_experiment_is_created_once_with_files_in_the_project(client, project):
    first = experiment_id(Experiment(), "shop", project.path)
    assert experiment_id(Experiment(), "shop", project.path) == first
    experiment = client.get_experiment(first)
    assert experiment.name == "shop"
    assert experiment.artifact_location == (project.path / "mlartifacts" / "shop").as_uri()


def test_an_experiment_is_created_as_configured_without_credentials(client, project):
    arguments = {"artifact_location": "files", "tags": {"team": "growth", "api_key": "0123456789"}}
    options = Experiment.model_validate({"name": "churn", "create_experiment_kwargs": arguments})
    experiment = client.get_experiment(experiment_id(options, "shop", project.path))
    assert experiment.name == "churn"
    assert experiment.artifact_location == (project.path / "files").as_uri()
    assert (experiment.tags["team"], experiment.tags["api_key"]) == ("growth", "***")


def test_a_deleted_experiment_is_restored_unless_that_is_switched_off(client, project):
    first = experiment_id(Experiment(), "shop", project.path)
    client.delete_experiment(first)
    with pytest.raises(LoggingError, match="the MLflow experiment 'shop' is deleted; restore it"):
        experiment_id(Experiment(restore_if_deleted=False), "shop", project.path)
    assert experiment_id(Experiment(), "shop", project.path) == first
    assert client.get_experiment(first).lifecycle_stage == "active"


@pytest.mark.parametrize("variable", ["MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"])
def test_an_experiment_of_the_environment_takes_precedence(client, project, monkeypatch, variable):
    monkeypatch.setenv(variable, "0")
    assert experiment_id(Experiment(), "shop", project.path) is None
