"""What a caller is told about a value that does not fit: its column and type, and never the value."""

from __future__ import annotations

import json
import logging

import numpy as np
import pandas as pd
import pytest
from mlflow.types import ColSpec, DataType, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import Array, Map, Object, Property

from kedro_bind.serving.decoder import Decoder
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.mismatch import mismatch_of_param

FORMS = {
    "records": lambda value: {"dataframe_records": [{"rpm": value, "z": 1}]},
    "split": lambda value: {"dataframe_split": {"columns": ["rpm", "z"], "data": [[value, 1]]}},
    "instances": lambda value: {"instances": [{"rpm": value, "z": 1}]},
    "inputs": lambda value: {"inputs": {"rpm": [value], "z": [1]}},
    "inputs by row": lambda value: {"inputs": [{"rpm": value, "z": 1}]},
}
OBJECT = Object([Property("age", DataType.long), Property("name", DataType.string, required=False)])
SECRET = "warm 4711"


def refused(schema, payload):
    with pytest.raises(RequestError) as caught:
        Decoder(schema).decode(json.loads(json.dumps(payload)))
    assert caught.value.status == 400
    return caught.value.message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (DataType.integer, None, "integers, and a value is missing"),
        (DataType.long, None, "integers, and a value is missing"),
        (DataType.long, SECRET, "integers, and a value is text"),
        (DataType.float, SECRET, "numbers, and a value is text"),
        (DataType.double, SECRET, "numbers, and a value is text"),
        (DataType.double, {SECRET: SECRET}, "numbers, and a value is a mapping"),
        (DataType.double, [SECRET], "numbers, and a value is a list"),
        (DataType.datetime, SECRET, "dates, and a value is not a date between 1677 and 2262"),
        (DataType.datetime, {SECRET: SECRET}, "dates, and a value is a mapping"),
        (Array(DataType.long), [1, SECRET], "integers, and a value is text"),
        (Array(DataType.string), SECRET, "lists, and a value is text"),
        (OBJECT, SECRET, "mappings with the fields age, name, and a value is text"),
        (OBJECT, {"name": SECRET}, "mappings with the fields age, name, and a value has no 'age'"),
        (
            OBJECT,
            {"age": 1, SECRET: 1},
            "mappings with the fields age, name, and a value has another field",
        ),
        (OBJECT, {"age": SECRET}, "integers in the field 'age', and a value is text"),
        (Array(OBJECT), [{"age": SECRET}], "integers in the field 'age', and a value is text"),
        (Map(DataType.double), {"a": SECRET}, "mappings to numbers, and a value is text"),
        (Map(DataType.double), SECRET, "mappings, and a value is text"),
    ],
)
def test_the_column_is_named_in_every_form(form, type_, value, message):
    schema = Schema([ColSpec(DataType.double, "z"), ColSpec(type_, "rpm")])
    assert refused(schema, FORMS[form](value)) == f"the column 'rpm' has {message}"


@pytest.mark.parametrize("form", FORMS)
def test_mlflow_warns_of_no_column_that_the_signature_has(form, caplog, monkeypatch):
    """The column is found by enforcing parts of the schema, which lack the other columns."""
    monkeypatch.setattr(logging.getLogger("mlflow"), "propagate", True)
    schema = Schema([ColSpec(DataType.double, "z"), ColSpec(DataType.double, "rpm")])
    assert "the column 'rpm'" in refused(schema, FORMS[form]([1.0]))
    assert caplog.messages == []


def test_binary_data_is_base64():
    schema = Schema([ColSpec(DataType.binary, "rpm"), ColSpec(DataType.double, "z")])
    for value, found in ((None, "missing"), (7, "a number"), ("warm4", "other text")):
        message = f"the column 'rpm' has binary data as base64, and a value is {found}"
        assert refused(schema, FORMS["records"](value)) == message


@pytest.mark.parametrize(
    ("schema", "payload", "message"),
    [
        (Schema([ColSpec("long")]), {"dataframe_split": {"data": [[SECRET]]}}, "the column '0' has integers, and"),
        (Schema([ColSpec("long", "a")]), {"instances": [SECRET]}, "the column 'a' has integers, and a value is text"),
        (Schema([ColSpec("long", "a")]), {"instances": [{SECRET: 1}]}, "the input has no column 'a'"),
        (Schema([ColSpec("long", "a")]), {"dataframe_split": {"data": [[1]]}}, "the input has no column 'a'"),
        (Schema([ColSpec("long", "a")]), {"dataframe_records": [{"a": 1}, {}]}, "integers, and a value is missing"),
        (Schema([ColSpec("long", "a")]), {"dataframe_split": [SECRET]}, "the body has no table: Dataframe split"),
        (Schema([ColSpec("long", "a")]), {"dataframe_split": {SECRET: 1}}, "the body has no table: Dataframe split"),
        (Schema([ColSpec("long", "a")]), {"dataframe_records": [SECRET]}, "column 'a'"),
        (Schema([TensorSpec(np.dtype("float64"), (-1, 2))]), {"inputs": [[SECRET, 1]]}, "the input has numbers, and"),
        (Schema([TensorSpec(np.dtype("float64"), (-1, 2))]), {"inputs": [[1, 2, 3]]}, "does not match expected shape"),
        (Schema([TensorSpec(np.dtype("float32"), (-1,), "x")]), {"inputs": {"x": [SECRET]}}, "the column 'x' has numb"),
    ],
)
def test_whatever_is_wrong_no_data_is_quoted(schema, payload, message):
    found = refused(schema, payload)
    assert message in found
    assert "4711" not in found
    assert "Error" not in found


@pytest.mark.parametrize(
    ("type_", "value", "name"),
    [
        (DataType.double, 1.0, "double"),
        (Array(DataType.string), ["a"], "a list of string"),
        (Map(DataType.integer), {"a": 1}, "a mapping to integer"),
        (Object([Property("name", DataType.string)]), {"name": "a"}, "a mapping with the fields name"),
    ],
)
def test_a_type_has_a_plain_name(type_, value, name):
    payload = {"dataframe_split": {"columns": ["a", "a"], "data": [[value, value]]}}
    assert refused(Schema([ColSpec(type_, "a")]), payload) == f"the column 'a' does not fit its type, which is {name}"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([2.5], "the column 'a' has integers, and a value has a fraction"),
        ([2.0], "the column 'a' has the type int64, and the values are of the type float64"),
        ([2.0, None], "the column 'a' has integers, and a value is missing"),
        ([SECRET], "the column 'a' has integers, and a value is text"),
        ([pd.Timestamp("2026-01-01")], "the column 'a' has integers, and a value is of another type"),
    ],
)
def test_the_column_of_a_table_is_named(values, message):
    with pytest.raises(RequestError) as caught:
        Decoder(Schema([ColSpec("long", "a")])).enforced(pd.DataFrame({"a": values}))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("spec", "value", "message"),
    [
        (ParamSpec("top", "long", 1), SECRET, "integers, and a value is text"),
        (ParamSpec("top", "double", 1.0), "1", "numbers, and a value is text"),
        (ParamSpec("top", "long", [1], (-1,)), 3, "lists, and a value is a number"),
        (ParamSpec("top", "long", [1], (-1,)), [1, SECRET], "integers, and a value is text"),
        (ParamSpec("top", OBJECT, {"age": 1}), {"age": SECRET}, "integers in the field 'age', and a value is text"),
        (ParamSpec("top", "datetime", "2026-01-01"), SECRET, "dates, and a value is not a date between 1677 and 2262"),
        (ParamSpec("top", "datetime", "2026-01-01"), 4711, "dates, and a value is a number"),
    ],
)
def test_a_parameter_is_named(spec, value, message):
    assert mismatch_of_param(spec, value) == f"the parameter 'top' takes {message}"
