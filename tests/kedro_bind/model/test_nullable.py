"""Schemas and tables with missing values are what MLflow's schema enforcement accepts."""

from __future__ import annotations

import pandas as pd
from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

from kedro_bind.model.nullable import nullable_columns, schema_with_missing, table_with

OPTIONAL = Schema(
    [
        ColSpec(DataType.long, "number", required=False),
        ColSpec(DataType.boolean, "flag", required=False),
        ColSpec(DataType.string, "text", required=False),
        ColSpec(DataType.long, "required"),
    ]
)


def test_optional_integers_are_doubles_and_optional_booleans_are_of_any_type():
    types = [column.type for column in schema_with_missing(OPTIONAL).inputs]
    assert types == [DataType.double, AnyType(), DataType.string, DataType.long]


def test_only_those_columns_may_be_nullable():
    assert nullable_columns(schema_with_missing(OPTIONAL)) == {"number": "iu", "flag": "b"}
    assert nullable_columns(None) == {}


def test_nullable_columns_become_floats_and_objects_in_a_copy():
    table = pd.DataFrame({0: pd.array([1, None], dtype="Int64"), 1: pd.array([True, None], dtype="boolean")})
    converted = table_with({0: "iu", 1: "b"}, table)
    assert converted[0].dtype == "float64"
    assert converted[1].tolist() == [True, None]
    assert table[0].dtype == "Int64"


def test_other_data_is_returned_unchanged():
    table = pd.DataFrame({"a": [1, 2]})
    assert table_with({"a": "iu"}, table) is table
    assert table_with({"a": "iu"}, [1, 2]) == [1, 2]
