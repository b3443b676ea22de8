"""Between tables and what a model takes and returns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from mlflow.types import ColSpec, Schema

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.tables import as_frame, beside, empty_frame, first_schema, in_schema, input_frame


@pytest.mark.parametrize(
    ("predictions", "columns"),
    [
        (pd.DataFrame({"a": [1, 2], 0: [3, 4]}), {"a": [1, 2], "0": [3, 4]}),
        (pd.Series([1, 2]), {"prediction": [1, 2]}),
        (pd.Series([1, 2], name="score"), {"score": [1, 2]}),
        (pl.DataFrame({"a": [1, 2]}), {"a": [1, 2]}),
        (np.array([1, 2]), {"prediction": [1, 2]}),
        (np.array([[1], [2]]), {"prediction": [1, 2]}),
        (np.array([[1, 3], [2, 4]]), {"prediction_0": [1, 2], "prediction_1": [3, 4]}),
        ([1, 2], {"prediction": [1, 2]}),
        ([{"a": 1}, {"a": 2}], {"a": [1, 2]}),
        ([], {"prediction": []}),
    ],
)
def test_predictions_become_a_table(predictions, columns):
    assert as_frame(predictions).to_dict("list") == columns


@pytest.mark.parametrize("predictions", [None, "text", np.zeros((2, 2, 2))])
def test_what_has_no_rows_is_refused(predictions):
    with pytest.raises(KedroBindError, match="which is not a table, so there is nothing to write"):
        as_frame(predictions)


def test_rows_have_the_numbers_that_they_have_in_the_whole_table():
    table = pa.table({"id": [1, 2]})
    assert input_frame(table, (), 10, range(2)).index.equals(pd.RangeIndex(10, 12))
    assert input_frame(table, (), 10, [0, 5]).index.tolist() == [10, 15]


def test_rows_have_their_index():
    table = pa.table({"id": [1], "shop": ["a"], "__index_level_1__": [7]})
    frame = input_frame(table, ["shop", "__index_level_1__"], 0, range(1))
    assert frame.index.names == ["shop", None]
    assert frame.index.tolist() == [("a", 7)]
    assert input_frame(table, ["shop"], 0, range(1)).index.name == "shop"


def test_no_predictions_have_the_columns_of_the_parts_or_the_signature():
    schema = pa.schema([("id", pa.int64()), ("score", pa.float64())])
    signature = Schema([ColSpec("double", "probability")])
    assert list(empty_frame(signature, schema, ["id"])) == ["score"]
    assert list(empty_frame(signature, None, ["id"])) == ["probability"]
    assert list(empty_frame(None, None, [])) == ["prediction"]


def test_predictions_are_beside_what_is_carried_over():
    carried = pa.table({"note": ["a", "b"], "customer": [7, 8]})
    table = beside(pd.DataFrame({"score": [0.5, 1.5]}), carried, ["customer"])
    assert table.column_names == ["note", "score", "customer"]
    expected = pd.DataFrame({"note": ["a", "b"], "score": [0.5, 1.5]}, index=pd.Index([7, 8], name="customer"))
    pd.testing.assert_frame_equal(table.to_pandas(), expected)


def test_a_column_is_not_both_kept_and_predicted():
    with pytest.raises(KedroBindError, match="the model returns a column 'score' too; leave it out of '--keep'"):
        beside(pd.DataFrame({"score": [1.0]}), pa.table({"score": [0.5]}), ())


def test_the_signature_tells_the_types_that_the_first_part_does_not():
    table = pa.table({"score": [1, 2], "name": pa.nulls(2), "other": pa.nulls(2), "count": [1, 2]})
    output = Schema([ColSpec("double", "score"), ColSpec("long", "count"), ColSpec("binary", "other")])
    types = first_schema(table, output).types
    assert types == [pa.float64(), pa.string(), pa.binary(), pa.int64()]


def test_a_part_gets_the_types_of_the_first():
    schema = pa.schema([("count", pa.int64())], {b"pandas": b"{}"})
    for values in ([1, 2], [1.0, 2.0]):
        table = in_schema(pa.table({"count": values}), schema, 3)
        assert table.schema.equals(schema, check_metadata=True)


def test_a_part_with_other_columns_is_refused():
    with pytest.raises(KedroBindError, match="chunk 3 have the columns b, and those for the first one a"):
        in_schema(pa.table({"b": [1]}), pa.schema([("a", pa.int64())]), 3)


def test_the_column_whose_type_differs_is_named():
    schema = pa.schema([("score", pa.float64()), ("count", pa.int64())])
    with pytest.raises(KedroBindError, match="the column 'count' of the predictions for chunk 3 is of the type double"):
        in_schema(pa.table({"score": [1], "count": [1.5]}), schema, 3)
