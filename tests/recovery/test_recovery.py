"""A server that is down before training, or is killed while a model is logged; and temporary faults."""

from __future__ import annotations

import re
import shlex

import mlflow
import pytest

from kedro_bind.errors import LoggingError
from tests.recovery.faults import Fault

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def requests(scene):
    """What logging requests."""
    assert scene.train() is None
    return list(scene.proxy.requests)


def index_of(requests, ending):
    return next(at for at, request in enumerate(requests) if request.endswith(ending))


@pytest.mark.parametrize(
    ("kind", "request_name"),
    [
        ("error", "MLmodel"),
        ("lost", "POST /api/2.0/mlflow/logged-models"),
        ("lost", "model-versions/create"),
        ("refused", "registered-models/alias"),
    ],
)
def test_a_temporary_fault_is_retried_and_logged(scene, requests, messages, kind, request_name):
    before = scene.versions
    assert scene.train(Fault(kind, index_of(requests, request_name), times=1)) is None
    (line,) = [line for line in messages if "trying again" in line]
    assert "MLflow: the server" in line
    assert "trying again now (try 2 of 2)" in line
    (new,) = set(scene.versions) - set(before)
    assert all(scene.versions.values())
    assert scene.champion == new
    assert scene.unfinished_models(scene.client.get_model_version("churn", str(new)).run_id) == []


def test_a_server_that_is_down_is_an_error_before_training_starts(scene, messages, monkeypatch):
    files = scene.files
    for name in ("MAX_RETRIES", "BACKOFF_FACTOR"):
        monkeypatch.delenv(f"MLFLOW_HTTP_REQUEST_{name}")
    gone = "http://user:secret@127.0.0.1:9"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", gone)
    mlflow.set_tracking_uri(gone)
    try:
        error = scene.train()
    finally:
        mlflow.set_tracking_uri(scene.proxy.url)
    assert isinstance(error, LoggingError)
    assert (error.binding, error.run_id) == ("churn", None)
    assert "no MLflow run can be started: the server can't be reached: Connection refused" in error.message
    assert [re.sub(r".*refused; |\(.*", "", line) for line in messages if "trying again" in line] == [
        "trying again now ",
        "trying again in 2 s ",
    ]
    assert "secret" not in error.message + "".join(messages)
    assert scene.files == files


def test_a_server_that_is_killed_while_logging(scene, requests):
    champion, versions = scene.champion, scene.versions
    error = scene.train(Fault("cut", index_of(requests, "model-versions/create"), times=1), scene.server.kill)
    assert isinstance(error, LoggingError)
    assert error.command in error.message.splitlines()[-1]
    assert "What training produced is stored" in error.message
    assert scene.champion == champion
    stored = scene.files

    scene.server.start()
    scene.proxy.heal()
    output = scene.project.kedro(*shlex.split(error.command)[1:], MLFLOW_TRACKING_URI=scene.server.url).stdout
    assert "registered as version" in output
    assert scene.files == stored
    (new,) = set(scene.versions) - set(versions)
    assert scene.champion == new
    assert len(scene.predictions(new)) == 2
    finished = scene.run(error.run_id)
    assert finished.info.status == "FINISHED"
    assert not any(tag.startswith("kedro_bind.error") for tag in finished.data.tags)
