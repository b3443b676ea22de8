"""Integers that MLflow would change are refused, in whatever form of a body they come."""

from __future__ import annotations

import numpy as np
import pytest
from mlflow.types import ColSpec, DataType, Schema, TensorSpec
from mlflow.types.schema import Array

from kedro_bind.serving.decoder import Decoder
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.integers import IntegerColumns

NAMED = Schema([ColSpec(DataType.long, "visits"), ColSpec(DataType.integer, "age", required=False)])
ONE = Schema([ColSpec(DataType.long, "visits")])
UNNAMED = Schema([ColSpec(DataType.double), ColSpec(DataType.long)])
TENSOR = Schema([TensorSpec(np.dtype("int64"), (-1,), "visits")])
UNNAMED_TENSOR = Schema([TensorSpec(np.dtype("int16"), (-1, 2))])

FORMS = {
    "records": (NAMED, lambda value: {"dataframe_records": [{"visits": value}]}),
    "ragged records": (ONE, lambda value: {"dataframe_records": [{"visits": 1, "age": 2}, {"visits": value}]}),
    "split": (NAMED, lambda value: {"dataframe_split": {"columns": ["visits"], "data": [[value]]}}),
    "split with an index": (
        NAMED,
        lambda value: {"dataframe_split": {"columns": ["visits"], "index": [0], "data": [[value]]}},
    ),
    "split with one value a row": (NAMED, lambda value: {"dataframe_split": {"columns": ["visits"], "data": [value]}}),
    "inputs": (NAMED, lambda value: {"inputs": {"visits": [1, value]}}),
    "a single input": (NAMED, lambda value: {"inputs": {"visits": value}}),
    "inputs by row": (NAMED, lambda value: {"inputs": [{"visits": value}]}),
    "inputs of one column": (ONE, lambda value: {"inputs": [1, value]}),
    "instances": (NAMED, lambda value: {"instances": [{"visits": value}]}),
    "instances of one column": (ONE, lambda value: {"instances": [value]}),
    "columns without names": (UNNAMED, lambda value: {"dataframe_split": {"data": [[0.5, value]]}}),
    "names for columns without": (UNNAMED, lambda value: {"dataframe_records": [{"a": 0.5, "b": value}]}),
    "tensor": (TENSOR, lambda value: {"inputs": {"visits": [value]}}),
    "tensor by row": (TENSOR, lambda value: {"instances": [{"visits": value}]}),
    "tensor without a name": (UNNAMED_TENSOR, lambda value: {"inputs": [[1, 2], [3, value]]}),
}


@pytest.mark.parametrize("value", [2.5, 2**63, -(2**63) - 1, 10**400, 1e300, float("inf")])
@pytest.mark.parametrize("form", FORMS)
def test_an_integer_that_would_change_is_refused(form, value):
    schema, body = FORMS[form]
    with pytest.raises(RequestError, match=r"has a fraction|is not between"):
        Decoder(schema).decode(body(value))


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_number_is_not(form):
    schema, body = FORMS[form]
    expected, found = (Decoder(schema).decode(body(value)) for value in (2, 2.0))
    assert found.count == expected.count > 0


@pytest.mark.parametrize("schema", [None, Schema([ColSpec("double", "a"), ColSpec(Array("long"), "b")])])
def test_a_signature_without_integers_refuses_none(schema):
    IntegerColumns.of(schema).refuse_lossy("dataframe_records", [{"a": 2.5, "b": [2.5]}])


def test_a_small_integer_that_would_wrap_is_refused():
    with pytest.raises(RequestError, match="'age' is not between -2147483648 and 2147483647"):
        Decoder(NAMED).decode({"inputs": {"visits": [1], "age": [2**31]}})


@pytest.mark.parametrize(
    "payload",
    [
        {"dataframe_split": {"columns": {"visits": 1}, "data": [[2.5]]}},
        {"dataframe_split": {"columns": [["visits"]], "data": [[2.5]]}},
        {"dataframe_split": 2.5},
        {"dataframe_records": None},
        {"inputs": {"visits": [[[2.5]]]}},
    ],
)
def test_a_body_that_is_not_a_table_is_refused_as_by_mlflow_or_by_us(payload):
    with pytest.raises(RequestError):
        Decoder(NAMED).decode(payload)
