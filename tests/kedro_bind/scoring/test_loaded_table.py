"""A table that Kedro has loaded as a whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.loaded_table import LoadedTable

ROWS = pd.DataFrame({"id": [1, 2, 3], "spend": [1.5, 2.5, 3.5]})


@pytest.mark.parametrize("data", [ROWS, ROWS.to_numpy()])
def test_it_is_cut_into_chunks(data):
    table = LoadedTable(data)
    chunks = [task.chunks[0] for task in table.tasks(2)]
    assert [(chunk.number, chunk.first, chunk.rows) for chunk in chunks] == [(0, 0, 2), (1, 2, 1)]
    assert np.array_equal(np.concatenate([np.asarray(table.take(chunk)) for chunk in chunks]), ROWS.to_numpy())


@pytest.mark.parametrize(("data", "rows"), [(["a", "b", "c"], 3), (7, 1)])
def test_what_has_no_rows_is_one_chunk(data, rows):
    (task,) = LoadedTable(data).tasks(2)
    assert [chunk.rows for chunk in task.chunks] == [rows]
    assert LoadedTable(data).take(task.chunks[0]) is data


def test_nothing_has_no_chunks():
    assert LoadedTable(ROWS.iloc[:0]).tasks(2) == ()


def test_workers_read_what_was_saved(tmp_path):
    LoadedTable(ROWS).save(str(tmp_path / "input.pkl"))
    pd.testing.assert_frame_equal(LoadedTable.of(TablePlace(str(tmp_path / "input.pkl"), "pickle")).data, ROWS)


@pytest.mark.parametrize(
    ("index", "names"),
    [
        (pd.RangeIndex(3), ()),
        (pd.Index(["a", "b", "c"], name="customer"), ("customer",)),
        (pd.Index(["a", "b", "c"]), ("__index_level_0__",)),
        (pd.MultiIndex.from_tuples([(1, 2), (3, 4), (5, 6)], names=["shop", None]), ("shop", "__index_level_1__")),
    ],
)
def test_an_index_is_carried_over_unless_it_only_numbers(index, names):
    table = LoadedTable(ROWS.set_index(index))
    assert table.index_names() == names
    carried = table.carried(table.data.iloc[1:], ["id"])
    assert carried.column_names == ["id", *names]
    assert carried.column("id").to_pylist() == [2, 3]
    if names:
        assert carried.column(names[-1]).to_pylist() == index.get_level_values(-1).tolist()[1:]


def test_an_array_carries_nothing_over():
    table = LoadedTable(ROWS.to_numpy())
    assert table.index_names() == ()
    assert table.carried(table.data, []).num_columns == 0
