"""A store that is gone before training, or is killed while a model is logged; and faults that pass."""

from __future__ import annotations

import re
import shlex

import mlflow
import pytest

from kedro_bind import KedroBindError
from tests.recovery.faults import Fault
from tests.recovery.scene import command_in

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def requests(scene):
    """What logging requests."""
    assert scene.train() is None
    return list(scene.proxy.requests)


def index_of(requests, ending):
    return next(at for at, each in enumerate(requests) if each.endswith(ending))


@pytest.mark.parametrize(
    ("kind", "request_name"),
    [
        ("error", "MLmodel"),
        ("lost", "POST /api/2.0/mlflow/logged-models"),
        ("lost", "model-versions/create"),
        ("refused", "registered-models/alias"),
    ],
)
def test_what_passes_is_tried_again_and_told(scene, requests, said, kind, request_name):
    before = scene.versions
    assert scene.train(Fault(kind, index_of(requests, request_name), times=1)) is None
    (line,) = [each for each in said if "trying again" in each]
    assert "MLflow: the server" in line
    assert "trying again now (try 2 of 2)" in line
    (new,) = set(scene.versions) - set(before)
    assert all(scene.versions.values())
    assert scene.champion == new
    assert scene.unfinished_models(scene.client.get_model_version("churn", str(new)).run_id) == []


def test_a_server_that_is_gone_is_told_before_training_starts(scene, said, monkeypatch):
    files = scene.files
    for each in ("MAX_RETRIES", "BACKOFF_FACTOR"):
        monkeypatch.delenv(f"MLFLOW_HTTP_REQUEST_{each}")
    gone = "http://user:secret@127.0.0.1:9"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", gone)
    mlflow.set_tracking_uri(gone)
    try:
        error = scene.train()
    finally:
        mlflow.set_tracking_uri(scene.proxy.url)
    assert isinstance(error, KedroBindError)
    assert "no MLflow run can be started: the server can't be reached: Connection refused" in error.message
    assert [re.sub(r".*refused; |\(.*", "", each) for each in said if "trying again" in each] == [
        "trying again now ",
        "trying again in 2 s ",
    ]
    assert "secret" not in error.message + "".join(said)
    assert scene.files == files


def test_a_server_that_is_killed_while_logging(scene, requests):
    champion, versions = scene.champion, scene.versions
    error = scene.train(Fault("cut", index_of(requests, "model-versions/create"), times=1), scene.server.kill)
    command = command_in(error.message)
    assert "What training produced is stored" in error.message
    assert scene.champion == champion
    stored = scene.files

    scene.server.start()
    scene.proxy.heal()
    said = scene.project.kedro(*shlex.split(command)[1:], MLFLOW_TRACKING_URI=scene.server.url).stdout
    assert "registered as version" in said
    assert scene.files == stored
    (new,) = set(scene.versions) - set(versions)
    assert scene.champion == new
    assert len(scene.answer(new)) == 2
    (run_id,) = re.findall(r"--run-id=(\w+)", command)
    finished = scene.run(run_id)
    assert finished.info.status == "FINISHED"
    assert not any(each.startswith("kedro_bind.error") for each in finished.data.tags)
