"""Schemas for a signature are inferred from data."""

from __future__ import annotations

import pandas as pd
from mlflow.types.schema import DataType

from kedro_bind.packaging.signature import infer_input_schema, infer_parameters, infer_schema


def test_a_column_with_missing_values_is_optional():
    columns = infer_schema(pd.DataFrame({"a": [1.0, None], "b": ["x", "y"]})).inputs
    assert [column.required for column in columns] == [False, True]


def test_data_without_a_type_has_no_schema():
    assert infer_input_schema(pd.DataFrame({"a": [1], "took": pd.to_timedelta([1])})) is None


def test_parameters_without_a_type_are_named_and_the_others_have_their_defaults():
    values = {"params:k": 3, "params:nothing": None, "params:empty": [], "params:names": ["a"]}
    schema, untyped = infer_parameters(values, values)
    assert [(spec.name, spec.default) for spec in schema.params] == [("k", 3), ("names", ["a"])]
    assert schema.params[0].dtype == DataType.long
    assert untyped == ["params:nothing", "params:empty"]


def test_no_field_of_a_typed_parameter_is_required():
    values = {"params:cut": {"at": 0.5}}
    required, _ = infer_parameters(values, values)
    optional, _ = infer_parameters(values, values, typed=["params:cut"])
    assert [field.required for field in required.params[0].dtype.properties] == [True]
    assert [field.required for field in optional.params[0].dtype.properties] == [False]
