"""What a request can be refused with."""

from __future__ import annotations

import numpy as np
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models.utils import _enforce_params_schema, _enforce_schema
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import Array, Object, Property

from kedro_bind.serving.errors import bad_request, from_mlflow, invalid_value, without_data


def test_a_refusal_has_a_status_and_a_code():
    for error, code in ((bad_request("no JSON"), "BAD_REQUEST"), (invalid_value("no JSON"), "INVALID_PARAMETER_VALUE")):
        assert (error.status, error.error_code, error.message, error.retry_after) == (400, code, "no JSON", None)
        assert str(error) == "no JSON"


def test_an_error_of_mlflow_keeps_its_status_and_gets_our_sentence():
    error = from_mlflow(MlflowException("at /home/me", RESOURCE_DOES_NOT_EXIST), "there is no such model")
    assert (error.status, error.error_code, str(error)) == (404, "RESOURCE_DOES_NOT_EXIST", "there is no such model")


OBJECTS = Schema([ColSpec(Array(Object([Property("age", DataType.long)])), "people")])
PARAMS = ParamSchema([ParamSpec("share", "double", 0.5), ParamSpec("day", "datetime", np.datetime64("2026-01-01"))])
SECRET = "4111 `1111` '1111' 1111"


@pytest.mark.parametrize(
    ("enforce", "given"),
    [
        (_enforce_schema, ({"people": [{"age": SECRET}]}, OBJECTS)),
        (_enforce_schema, ({"people": [SECRET]}, OBJECTS)),
        (_enforce_schema, ({"people": SECRET}, OBJECTS)),
        (_enforce_schema, ({"people": [{"age": 1, "name": [SECRET]}]}, OBJECTS)),
        (_enforce_params_schema, ({"share": SECRET}, PARAMS)),
        (_enforce_params_schema, ({"share": [SECRET]}, PARAMS)),
        (_enforce_params_schema, ({"day": SECRET}, PARAMS)),
    ],
)
def test_no_message_of_mlflow_quotes_data(enforce, given):
    with pytest.raises(MlflowException) as caught:
        enforce(*given)
    assert "1111" not in without_data(caught.value.message)
