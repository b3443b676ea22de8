"""A request's values as the arrays of a signature's columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mlflow.models.utils import _enforce_schema  # what MLflow's server does with a request
from mlflow.pyfunc.scoring_server import infer_and_parse_data
from mlflow.types import ColSpec, Schema, TensorSpec
from mlflow.types.schema import Array

from kedro_bind.serving.columns import NotPlain, columns_of_schema


def column(kind):
    return columns_of_schema(Schema([ColSpec(kind, "x", required=False)]))["x"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("double", [1, 2.5, None, 2**53 + 1]),
        ("float", [1.5, None, 3]),
        ("long", [1, -(2**63)]),
        ("integer", [1, 2**31 - 1]),
        ("boolean", [True, False]),
        ("string", ["a", None, ""]),
        ("datetime", ["2024-01-01", "2024-01-02"]),
        ("datetime", ["2024-01-01T00:00:00.123456789"]),
    ],
)
def test_values_become_what_mlflow_makes_of_them(kind, values):
    schema = Schema([ColSpec(kind, "x", required=False)])
    ours = pd.DataFrame({"x": column(kind).convert(values)})
    parsed = infer_and_parse_data({"dataframe_records": [{"x": value} for value in values]}, schema)
    theirs = _enforce_schema(parsed, schema)
    pd.testing.assert_frame_equal(ours, theirs)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("double", ["1"]),
        ("double", [True]),
        ("double", [10**400]),
        ("float", [1e39]),
        ("long", [1.0]),
        ("long", [None]),
        ("long", [2**63]),
        ("integer", [2**31]),
        ("boolean", [1]),
        ("string", [1]),
        ("string", [None]),
        ("datetime", ["01/02/2024"]),
        ("datetime", ["2024-01-01T00:00:00+01:00"]),
        ("datetime", ["9999-01-01"]),
        ("datetime", [1]),
    ],
)
def test_what_is_not_certain_is_left_to_mlflow(kind, values):
    with pytest.raises(NotPlain):
        column(kind).convert(values)


def test_values_with_a_type_have_to_have_the_right_one():
    array = np.array([1.5])
    assert column("double").typed(array) is array
    assert column("double").typed([1]).tolist() == [1.0]
    with pytest.raises(NotPlain):
        column("long").typed(array)


@pytest.mark.parametrize(
    "schema",
    [
        None,
        Schema([ColSpec("double")]),
        Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
        Schema([ColSpec(Array("long"), "x")]),
        Schema([ColSpec("binary", "x"), ColSpec("long", "y")]),
    ],
)
def test_a_schema_of_other_types_is_not_compiled(schema):
    assert columns_of_schema(schema) is None
