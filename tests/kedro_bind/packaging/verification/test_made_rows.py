"""Rows that show what real ones hide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kedro_bind.packaging.verification.made_rows import made_rows

REAL = pd.DataFrame(
    {
        "spend": [1.5, 2.5, 3.5],
        "visits": pd.array([1, 2, 3], dtype="int8"),
        "maybe": pd.array([1, None, 3], dtype="Int64"),
        "region": ["north", "south", "south"],
        "kind": pd.Categorical(["a", "b", "a"], categories=["a", "b", "c"]),
        "day": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
        "active": [True, False, True],
        "tags": [["x"], [], ["y"]],
    }
)


def test_real_rows_come_first_and_types_stay():
    rows = made_rows(REAL, 100)
    pd.testing.assert_frame_equal(rows.iloc[:3], REAL)
    assert rows.dtypes.equals(REAL.dtypes)
    assert rows.index.equals(pd.RangeIndex(len(rows)))
    assert len(rows) > 3


@pytest.mark.parametrize(
    "column",
    [
        pd.interval_range(0, 3),
        pd.arrays.SparseArray([0, 1, 0]),
        pd.array([[1], [2], [3]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
        pd.array([1, 2, 3], dtype=pd.ArrowDtype(pa.int8())),
        pd.period_range("2024", periods=3, freq="M"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_value_that_the_type_of_its_column_can_not_hold_is_left_out(column):
    rows = pd.DataFrame({"number": [1.0, 2.0, 3.0], "column": column})
    made = made_rows(rows, 200)
    assert made.dtypes.equals(rows.dtypes)
    assert len(made) > len(rows) + 2


def test_the_same_rows_give_the_same_result():
    pd.testing.assert_frame_equal(made_rows(REAL, 100), made_rows(REAL.copy(), 100))


def test_a_value_is_missing_wherever_its_type_allows_it():
    made = made_rows(REAL, 200).iloc[3:]
    assert {name for name in made if made[name].isna().any()} == {"spend", "maybe", "region", "kind", "day", "tags"}


def test_values_are_unseen_and_extreme():
    made = made_rows(REAL, 200).iloc[3:]
    assert {"never seen before", ""} <= set(made["region"].dropna())
    assert "c" in set(made["kind"].dropna())
    assert made["spend"].max() > 1e9
    assert (made["visits"].min(), made["visits"].max()) == (-128, 127)


@pytest.mark.parametrize("most", [2, 3, 5])
@pytest.mark.parametrize("rows", [REAL, np.arange(12.0).reshape(6, 2)])
def test_there_are_no_more_than_asked_for(rows, most):
    assert len(made_rows(rows, most)) <= most


@pytest.mark.parametrize("kind", ["float64", "int64", "uint8", "<U3"])
def test_an_array_keeps_its_type_and_shape(kind):
    rows = np.arange(1, 9).reshape(4, 2).astype(kind)
    made = made_rows(rows, 50)
    assert made.dtype == rows.dtype
    assert made.shape[1:] == (2,)
    assert np.array_equal(made[:4], rows)
    assert np.isnan(made).any() if kind == "float64" else True
    assert (made == made[0]).all(axis=1).sum() > 1
