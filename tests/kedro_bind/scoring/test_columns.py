"""Columns in the types of a signature."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from mlflow.types import ColSpec, Schema, TensorSpec

from kedro_bind.scoring.columns import ColumnType, column_types, conform, misfits

ARROW = {"long": "int64", "integer": "int32", "double": "float64", "float": "float32", "string": "string"}


def column(kind, *, required=True):
    return ColumnType("value", kind, {"boolean": "bool", "datetime": "timestamp[ns]", **ARROW}[kind], required)


def test_the_columns_of_a_signature():
    schema = Schema([ColSpec("long", "id"), ColSpec("datetime", "day", required=False)])
    assert column_types(schema) == (
        ColumnType("id", "long", "int64", required=True),
        ColumnType("day", "datetime", "timestamp[ns]", required=False),
    )
    assert column_types(schema)[1].arrow_type == pa.timestamp("ns")


@pytest.mark.parametrize(
    "schema", [None, Schema([TensorSpec(np.dtype("float64"), (-1, 2))]), Schema([ColSpec("long")])]
)
def test_what_has_no_names_has_no_columns(schema):
    assert column_types(schema) == ()


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (pa.array([1, 2], pa.int32()), "long", pa.int64()),
        (pa.array([1.0, None]), "long", pa.int64()),
        (pa.array([1, 2]), "double", pa.float64()),
        (pa.array(["a", "b"], pa.large_string()), "string", pa.string()),
        (pa.array(["a", "b"]).dictionary_encode(), "string", pa.string()),
        (pa.array([dt.date(2024, 1, 1), None]), "datetime", pa.timestamp("ns")),
        (pa.nulls(2), "double", pa.float64()),
    ],
)
def test_values_are_converted_without_a_change(values, kind, expected):
    table, rejected = conform(pa.table({"value": values}), [column(kind, required=False)])
    assert rejected == {}
    assert table.schema.field("value").type == expected
    assert table.column("value").null_count == values.null_count


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([1, 2**53 + 1]), "double"),
        (pa.array([1.0, 1.5]), "long"),
        (pa.array([1, 2**40]), "integer"),
    ],
)
def test_a_value_that_would_change_is_rejected(values, kind):
    table, rejected = conform(pa.table({"value": values}), [column(kind)])
    assert rejected == {1: f"column 'value': {values[1].as_py()!r} is not a valid {kind}"}
    assert table.column("value").to_pylist() == [1, None]


def test_text_is_converted_only_where_a_file_has_no_types():
    table = pa.table({"value": ["1", "one"]})
    assert conform(table, [column("long")]) == (table, {})
    _, rejected = conform(table, [column("long")], from_text=True)
    assert rejected == {1: "column 'value': 'one' is not a valid long"}


def test_a_missing_value_is_rejected_where_its_type_has_none():
    table = pa.table({"value": pa.array([1, None])})
    assert conform(table, [column("long", required=False)])[1] == {}
    assert conform(table, [column("long")])[1] == {1: "column 'value': a missing value in a required long"}
    assert conform(pa.table({"value": pa.array([1.0, None])}), [column("double")])[1] == {}


def test_other_types_and_other_columns_are_left_to_mlflow():
    table = pa.table({"value": [1.5], "other": ["x"]})
    assert conform(table, [column("float"), ColumnType("gone", "long", "int64", required=True)]) == (table, {})


@pytest.mark.parametrize("bad", [set(), {0}, {3, 4}, {0, 6}])
def test_misfits_are_all_found(bad):
    def convert(part):
        assert not bad & set(part.to_pylist())

    assert misfits(pa.array(range(7)), convert) == bad
