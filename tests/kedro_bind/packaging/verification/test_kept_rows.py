from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kedro_bind.packaging.verification.kept_rows import LOOKED_AT, MOST_KEPT, kept_rows


def table(count=5_000):
    rows = pd.DataFrame({"spend": np.linspace(1, 2, count), "region": "near", "tags": [[1]] * count})
    rows.loc[count - 7, "region"] = "far"
    rows.loc[count - 9, "region"] = None
    rows.loc[count - 11, "spend"] = 1e9
    rows.loc[count - 13, "spend"] = np.nan
    return rows


def test_rare_values_are_among_few_rows():
    kept = kept_rows(table())
    assert len(kept) == MOST_KEPT
    assert "far" in set(kept["region"])
    assert kept["region"].isna().any()
    assert kept["spend"].max() == 1e9
    assert kept["spend"].isna().any()
    assert kept.index.is_monotonic_increasing


def test_a_column_without_an_order_keeps_its_rows():
    lists = pd.array([[number] for number in range(3)], dtype=pd.ArrowDtype(pa.list_(pa.int64())))
    assert len(kept_rows(pd.DataFrame({"lists": lists}))) == 3


def test_they_are_a_copy():
    rows = table()
    kept = kept_rows(rows)
    kept.loc[:, "spend"] = 0.0
    assert rows["spend"].max() == 1e9


@pytest.mark.parametrize("count", [0, 1, MOST_KEPT, MOST_KEPT + 1])
def test_few_rows_are_all_kept(count):
    rows = pd.DataFrame({"a": range(count)})
    assert len(kept_rows(rows)) == min(count, MOST_KEPT)


def test_only_the_first_rows_are_looked_at():
    assert kept_rows(pd.DataFrame({"a": range(LOOKED_AT + 10)}))["a"].max() == LOOKED_AT - 1


def test_an_array_keeps_its_extremes():
    rows = np.zeros((1_000, 2))
    rows[777, 1] = 5.0
    rows[778, 0] = np.nan
    kept = kept_rows(rows)
    assert len(kept) == MOST_KEPT
    assert np.nanmax(kept) == 5.0
    assert np.isnan(kept).any()


@pytest.mark.parametrize("data", [None, [1, 2], {"a": 1}, np.float64(1)])
def test_other_data_has_no_rows(data):
    assert kept_rows(data) is None
