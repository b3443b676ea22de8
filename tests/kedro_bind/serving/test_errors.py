"""What a request can be refused with."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

from kedro_bind.serving.errors import bad_request, from_mlflow, invalid_value


def test_a_refusal_has_a_status_and_a_code():
    for error, code in ((bad_request("no JSON"), "BAD_REQUEST"), (invalid_value("no JSON"), "INVALID_PARAMETER_VALUE")):
        assert (error.status, error.error_code, error.message, error.retry_after) == (400, code, "no JSON", None)
        assert str(error) == "no JSON"


def test_an_error_of_mlflow_keeps_its_status_and_gets_our_sentence():
    error = from_mlflow(MlflowException("at /home/me", RESOURCE_DOES_NOT_EXIST), "there is no such model")
    assert (error.status, error.error_code, str(error)) == (404, "RESOURCE_DOES_NOT_EXIST", "there is no such model")
