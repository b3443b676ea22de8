from __future__ import annotations

import mlflow
import pytest
import requests
from mlflow.exceptions import MlflowException

from kedro_bind.errors import LoggingError
from kedro_bind.store_errors import (
    describe_error,
    describe_request_failure,
    explain_store_error,
    first_error,
    is_store_error,
)


def refused():
    """Return the error of a request to a port where nothing listens."""
    with pytest.raises(requests.ConnectionError) as caught:
        requests.get("http://127.0.0.1:9/api", timeout=5)
    return caught.value


def test_an_error_is_described_in_one_line_without_credentials():
    error = MlflowException("the store at\n postgresql://me:hunter22@db/mlflow  is locked")
    assert describe_error(error) == "the store at postgresql://db/mlflow is locked"


def test_an_error_without_a_text_is_described_by_its_type():
    assert describe_error(KeyError()) == "KeyError"


def test_a_server_that_is_not_there_is_described_without_the_details_of_http_libraries():
    message = describe_error(refused())
    assert message.startswith("the server can't be reached: ")
    assert "refused" in message
    assert "object at" not in message


@pytest.mark.parametrize(
    ("status", "message"), [(503, "the server responds with the error 503"), (None, "the server does not respond")]
)
def test_a_failed_request_is_described_by_its_status(status, message):
    assert describe_request_failure(None, status) == message


@pytest.fixture
def failed(monkeypatch, tmp_path):
    """Return the error of MLflow's request to a store for a new experiment."""
    monkeypatch.chdir(tmp_path)  # where MLflow makes a folder `file:` for a URI with options of sqlite
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    def failed(uri, reason):
        mlflow.set_tracking_uri(uri)
        with pytest.raises(Exception, match=reason) as caught:
            mlflow.create_experiment("spending")
        assert is_store_error(caught.value)
        return caught.value

    yield failed
    mlflow.set_tracking_uri(None)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_failure_of_a_server_comes_with_what_to_check(failed, scheme):
    message = explain_store_error(failed(f"{scheme}://127.0.0.1:9", "refused"))
    assert message.startswith("the server can't be reached: ")
    assert message.endswith("; check that the tracking server is running and MLFLOW_TRACKING_URI is right")


def test_the_failure_of_a_database_comes_with_its_uri(failed, empty_store):
    uri = f"sqlite:///file:{empty_store.as_posix()}?mode=ro&uri=true"
    message = explain_store_error(failed(uri, "readonly database"))
    assert "attempt to write a readonly database" in message
    assert message.endswith(f"; check the store {uri}")


def test_the_first_error_is_found_behind_those_that_it_caused():
    first = LoggingError("the disk is full")
    last = ValueError("cleaning up")
    last.__cause__ = first
    assert first_error(last) is first
    other = ValueError("x")
    assert first_error(other) is other
