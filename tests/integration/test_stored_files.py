"""MLflow stores what was verified, whatever happens to the data folder and during the upload."""

from __future__ import annotations

import pickle
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.store.artifact.artifact_repository_registry import _artifact_repository_registry
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

from kedro_bind import LoggingError
from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow

CLASSIFIER = "artifacts/plan/artifacts/classifier/classifier.pkl"


@pytest.fixture
def store_by(project, store):
    """Return a function that has the project log to an artifact store with actions before and after it stores."""
    mlflow.set_tracking_uri(store)
    schemes = dict(_artifact_repository_registry._registry)  # noqa: SLF001 - MLflow can't unregister

    def use(scheme="", before=lambda _: None, after=lambda _: None):
        class Repository(LocalArtifactRepository):
            def __init__(self, artifact_uri, **arguments):
                super().__init__(artifact_uri.replace(f"{scheme}:", "file:", 1), **arguments)

            def log_artifacts(self, local_dir, artifact_path=None):
                before(Path(local_dir))
                super().log_artifacts(local_dir, artifact_path)
                after(Path(self.artifact_dir))

        _artifact_repository_registry.register(scheme, Repository)
        location = (project.path / "stored").as_uri() if scheme in ("", "file") else f"{scheme}:{project.path}/stored"
        mlflow.create_experiment("watched", artifact_location=location)
        project.write("conf/base/mlflow.yml", "tracking:\n  experiment:\n    name: watched\n")
        project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {registered_model_name: churn}\n")
        return project

    yield use
    _artifact_repository_registry._registry.clear()  # noqa: SLF001 - MLflow can't unregister
    _artifact_repository_registry._registry.update(schemes)  # noqa: SLF001 - MLflow can't unregister


def run(project):
    with project.session() as session:
        session.run(pipeline_names=["churn"])


def test_a_training_that_writes_in_place_during_the_upload_does_not_reach_the_model(store_by, project):
    original = project.path / "data/classifier.pkl"
    written = []

    def train_again(_):
        written.append(pickle.loads(original.read_bytes()))
        with original.open("r+b") as file:
            file.write(pickle.dumps({"weight": 1000.0, "bias": 0.0}))

    run(store_by("watched", before=train_again))
    assert len(written) == 1
    predictions = mlflow.pyfunc.load_model("models:/churn/1").predict(pd.DataFrame({"spend": [15.0], "visits": [3]}))
    scaler = pickle.loads((project.path / "data/scaler.pkl").read_bytes())
    (fitted,) = written
    expected = fitted["weight"] * (15.0 - scaler["mean"]) / scaler["std"] + fitted["bias"] - 3
    assert predictions["score"].tolist() == pytest.approx([expected])


@pytest.mark.parametrize("scheme", ["watched", "file"])
@pytest.mark.parametrize("damage", ["truncate", "lose"])
def test_a_truncated_or_lost_file_is_found_and_nothing_is_registered(store_by, project, scheme, damage):
    def tamper(stored):
        file = stored / CLASSIFIER
        file.unlink() if damage == "lose" else file.write_bytes(file.read_bytes()[:-3])

    project = store_by(scheme, after=tamper)
    with pytest.raises(
        LoggingError,
        match=r"differ from the verified ones: .*classifier\.pkl has \w+ bytes instead of \d",
    ):
        run(project)
    client = mlflow.MlflowClient()
    assert client.search_model_versions("name='churn'") == []
    experiment = client.get_experiment_by_name("watched").experiment_id
    assert client.search_logged_models([experiment]) == []


def test_a_lost_file_of_the_code_is_found(store_by):
    project = store_by("watched", after=lambda stored: next((stored / "code").rglob("nodes.py")).unlink())
    with pytest.raises(LoggingError, match=r"differ from the verified ones: code/.*nodes\.py has no bytes"):
        run(project)
    assert mlflow.MlflowClient().search_model_versions("name='churn'") == []


def test_other_contents_of_the_same_size_are_found_in_a_local_folder(store_by):
    def tamper(stored):
        (stored / CLASSIFIER).write_bytes((stored / CLASSIFIER).read_bytes()[::-1])

    project = store_by("file", after=tamper)
    with pytest.raises(LoggingError, match="differ from the verified ones: the artifact 'classifier' of the model has"):
        run(project)
    assert mlflow.MlflowClient().search_model_versions("name='churn'") == []
