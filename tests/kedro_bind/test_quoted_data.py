"""Messages of MLflow without the data that they quote."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models.utils import _enforce_params_schema, _enforce_schema
from mlflow.pyfunc import _validate_prediction_input
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import Array, Object, Property

from kedro_bind.quoted_data import without_data

OBJECTS = Schema([ColSpec(Array(Object([Property("age", DataType.long)])), "people")])
PARAMS = ParamSchema([ParamSpec("share", "double", 0.5), ParamSpec("day", "datetime", np.datetime64("2026-01-01"))])
SECRET = "4111 `1111` '1111' 1111"
CARDS = pd.DataFrame({"card": [SECRET, "4111' with schema '1111'. Error: 1111"]})


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
        (_validate_prediction_input, (CARDS, None, Schema([ColSpec("string", "name")]), None)),
        (_validate_prediction_input, (CARDS, None, Schema([ColSpec("double", "card")]), None)),
    ],
)
def test_no_message_of_mlflow_quotes_data(enforce, given):
    with pytest.raises(MlflowException) as caught:
        enforce(*given)
    assert "1111" not in without_data(caught.value.message)


@pytest.mark.parametrize("collapsed", [False, True])
def test_what_is_wrong_with_a_table_is_still_said(collapsed):
    with pytest.raises(MlflowException) as caught:
        _validate_prediction_input(CARDS, None, Schema([ColSpec("string", "name")]), None)
    message = " ".join(caught.value.message.split()) if collapsed else caught.value.message
    assert (
        without_data(f"it fails: {message}")
        == "it fails: Model is missing inputs ['name']. Note that there were extra inputs: ['card']."
    )
