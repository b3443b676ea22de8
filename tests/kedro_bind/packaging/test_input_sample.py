"""The sample of an input has a schema and an example only if MLflow accepts the data unchanged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mlflow.models import infer_signature
from mlflow.types.schema import AnyType, DataType
from scipy.sparse import csr_matrix

from kedro_bind.packaging.input_sample import missing_parts, sample_input, why_not_written

PLAIN = {
    "table": pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.to_datetime(["2026-01-01", None])}),
    "numbered": pd.DataFrame([[1.0, 2.0]]),
    "lists": pd.DataFrame({"a": [[1, 2], None]}),
    "mappings": pd.DataFrame({"a": [{"x": 1}, {"x": 2, "y": 3}]}),
    "array": np.eye(3),
    "arrays": {"a": np.eye(3)},
    "sparse": csr_matrix(np.eye(3)),
}


@pytest.mark.parametrize("case", PLAIN)
def test_data_that_mlflow_accepts_has_a_schema_and_an_example(case):
    sample = sample_input(PLAIN[case], 2)
    assert sample.schema is not None
    assert not sample.untyped
    assert not why_not_written(sample.rows)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame({"a": [1], "kind": pd.Categorical(["x"])}), "no type for the column 'kind' (category)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "needs unique names of its columns"),
        (pd.Series([1.0], name="a"), "passes a 'pandas.Series' to a model as a 'pandas.DataFrame'"),
        ((1, 2), "MLflow's pyfunc rejects a 'tuple'"),
        ("text", "passes a 'str' to a model as a 'pandas.DataFrame'"),
    ],
    ids=["category", "names", "series", "tuple", "text"],
)
def test_data_that_mlflow_rejects_or_changes_is_named(data, message):
    sample = sample_input(data, 5)
    assert sample.schema is None
    assert message in sample.untyped


def test_there_is_no_schema_if_it_would_drop_columns():
    table = pd.DataFrame({"a": [1, 2], "took": pd.to_timedelta([1, 2]), "b": pd.period_range("2026-01", periods=2)})
    assert infer_signature(table).inputs.input_types() == [AnyType()]
    sample = sample_input(table, 2)
    assert sample.schema is None
    assert "columns 'took' (timedelta64[" in sample.untyped
    assert "'b' (period[" in sample.untyped
    assert "'a'" not in sample.untyped


def test_integers_and_booleans_with_missing_values_have_types_that_can_be_missing():
    table = pd.DataFrame(
        {
            "full": pd.array([1] * 9, dtype="Int64"),
            "some": pd.array([1] * 8 + [None], dtype="Int64"),
            "flag": [True] * 8 + [None],
        }
    )
    sample = sample_input(table, 3)
    assert sample.schema.input_types() == [DataType.long, DataType.double, AnyType()]
    assert sample.rows["some"].tolist() == [1.0, 1.0, 1.0]
    assert table["some"].dtype == "Int64"


def test_inferring_a_schema_does_not_change_the_data():
    cells = [{"x": 1}, {"x": 2}]
    sample_input(pd.DataFrame({"a": cells}), 2)
    assert [type(cell["x"]) for cell in cells] == [int, int]


def test_a_list_of_plain_values_reaches_a_node_as_a_list():
    sample = sample_input([1.0, 2.0], 5)
    assert sample.schema is None
    assert "passes a 'list' to a model as a 'pandas.DataFrame'" in sample.untyped


def test_the_message_about_missing_parts_has_a_reason_and_a_remedy():
    line = missing_parts("", why_not_written(pd.DataFrame({"a": [1], "b": [{1}]})))
    assert line.startswith("the model has no input example, since MLflow can't write the column 'b' (object) as JSON;")
    assert "'input_example: none'" in line
    assert "any input" not in line


def test_the_rows_are_a_copy():
    table = pd.DataFrame({"a": [1, 2, 3]})
    sample = sample_input(table, 2)
    table.loc[:, "a"] = 0
    assert sample.rows["a"].tolist() == [1, 2]
    assert sample.varied["a"].tolist() == [1, 2, 3]
