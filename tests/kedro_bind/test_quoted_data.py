"""Messages of MLflow, and those of NumPy and pandas in them, without the data that they quote."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models.utils import _enforce_params_schema, _enforce_schema
from mlflow.pyfunc import _validate_prediction_input
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import Array, Object, Property
from mlflow.types.utils import _infer_schema

from kedro_bind.quoted_data import without_data

OBJECTS = Schema([ColSpec(Array(Object([Property("age", DataType.long)])), "people")])
PARAMS = ParamSchema([ParamSpec("share", "double", 0.5), ParamSpec("day", "datetime", np.datetime64("2026-01-01"))])
SECRET = "4111 `1111` '1111' 1111"
CARD, NUMBER = "4111-1111", 41111111
CARDS = pd.DataFrame({"card": [SECRET, "4111' with schema '1111'. Error: 1111"]})


def as_tensor(kind, value):
    """Let MLflow convert a value to a named tensor of a kind."""
    return _enforce_schema(
        pd.DataFrame({"card": [value]}, dtype=object), Schema([TensorSpec(np.dtype(kind), (-1,), "card")])
    )


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
        (_enforce_schema, ({"people": [{"age": 1, SECRET: 1}]}, OBJECTS)),
        (_infer_schema, (pd.DataFrame({"card": [SECRET, 41111111]}),)),
    ],
)
def test_no_message_of_mlflow_quotes_data(enforce, given):
    with pytest.raises(MlflowException) as caught:
        enforce(*given)
    assert "1111" not in without_data(caught.value.message)
    assert "1111" not in without_data(" ".join(caught.value.message.split()))


@pytest.mark.parametrize(
    ("convert", "left"),
    [
        (lambda: as_tensor("float64", SECRET), "could not convert string to float: '***'"),
        (lambda: as_tensor("float64", f'{SECRET}"\n'), "could not convert string to float: '***'"),
        (lambda: as_tensor("float64", b"1111-"), "could not convert string to float: '***'"),
        (lambda: as_tensor("float64", np.str_(SECRET)), "could not convert string to float: '***'"),
        (lambda: as_tensor("int8", CARD), "invalid literal for int() with base 10: '***'"),
        (lambda: as_tensor("int8", CARD * 90), "invalid literal for int() with base 10: '***'"),
        pytest.param(
            lambda: as_tensor("int8", NUMBER),
            "Python integer out of bounds for int8",
            marks=pytest.mark.needs(numpy="2.0"),
        ),
        pytest.param(
            lambda: as_tensor("uint8", -NUMBER),
            "Python integer out of bounds for uint8",
            marks=pytest.mark.needs(numpy="2.0"),
        ),
        (lambda: as_tensor("datetime64[ns]", f'{SECRET}"'), "Error parsing datetime string '***' at position 4"),
        (lambda: pd.to_numeric(pd.Series([SECRET])), "Unable to parse string '***' at position 0"),
        (lambda: pd.Timestamp(f"day {SECRET}"), "Unknown datetime string format, unable to parse '***'"),
        (lambda: time.strptime(SECRET, "%d.%m.%Y"), "time data '***' does not match format '%d.%m.%Y'"),
        (lambda: pd.Series([CARD], dtype=object).mean(), "Could not convert '***' to numeric"),
        pytest.param(
            lambda: pd.array([1], dtype="Int64").__setitem__(0, SECRET),
            "Invalid value '***' for dtype 'Int64'",
            marks=pytest.mark.needs(pandas="3.0"),
        ),
    ],
)
def test_no_message_of_a_conversion_quotes_data(convert, left):
    with pytest.raises(Exception, match="1111") as caught:
        convert()
    assert without_data(str(caught.value)) == left
    assert "1111" not in without_data(f"{caught.value}\n\nit fails: '{caught.value}'")


@pytest.mark.parametrize("collapsed", [False, True])
def test_what_is_wrong_with_a_table_is_still_said(collapsed):
    with pytest.raises(MlflowException) as caught:
        _validate_prediction_input(CARDS, None, Schema([ColSpec("string", "name")]), None)
    message = " ".join(caught.value.message.split()) if collapsed else caught.value.message
    left = without_data(f"it fails: {message}").rstrip(".")  # MLflow 3.1 has no period there
    assert left == "it fails: Model is missing inputs ['name']. Note that there were extra inputs: ['card']"
