"""The rows of a chunk on their way to a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kedro_bind.scoring.chunking import as_one_task, tasks_of
from kedro_bind.scoring.job import Job, TablePlace
from kedro_bind.scoring.loaded_table import LoadedTable
from kedro_bind.scoring.places import files_of
from kedro_bind.scoring.rows import RowReader
from tests.kedro_bind.scoring.tables import ID, SPEND, csv_place

OUT = TablePlace("out", "parquet")


def read(place, *, chunk_rows=2, whole=False, **options):
    tasks = tasks_of(*files_of(place), chunk_rows)
    reader = RowReader(Job("model", place, OUT, whole=whole, **options), (ID, SPEND))
    return [rows for task in (as_one_task(tasks) if whole else tasks) for rows in reader.read(task, ())]


def loaded(tmp_path, data, **options):
    table = LoadedTable(data)
    table.save(str(tmp_path / "input.pkl"))
    reader = RowReader(Job("model", TablePlace(str(tmp_path / "input.pkl"), "pickle"), OUT, **options), (ID,))
    return [rows for task in table.tasks(2) for rows in reader.read(task, ())]


@pytest.fixture
def place(tmp_path):
    return csv_place(tmp_path / "a.csv", "id,spend,note\n1,1.5,007\ntwo,2.5,x\n3,3.5,y\n")


def test_a_model_gets_its_columns_numbered_as_in_the_whole_table(place):
    first, second = read(place, columns=("id", "spend", "note"), keep=("note",))
    pd.testing.assert_frame_equal(first.model_input, pd.DataFrame({"id": [1], "spend": [1.5]}))
    pd.testing.assert_frame_equal(second.model_input, pd.DataFrame({"id": [3], "spend": [3.5]}, index=[2]))
    assert first.carried_of_kept().to_pydict() == {"note": ["007"]}
    assert second.carried_of_kept().to_pydict() == {"note": ["y"]}


def test_rejected_rows_are_told_as_they_were_read(place):
    first, _ = read(place)
    assert first.place_of(1) == f"row 1 (counted from 0) of {place.url}"
    assert first.rejected_table().to_pylist() == [
        {
            "id": "two",
            "spend": "2.5",
            "note": "x",
            "_file": place.url,
            "_row": 1,
            "_reason": "column 'id': 'two' is not a valid long",
        }
    ]


def test_a_model_may_reject_more(tmp_path):
    place = csv_place(tmp_path / "a.csv", "id,spend\nx,1\n2,2\n3,3\n")
    (rows,) = read(place, chunk_rows=3, keep=("spend",))
    found = rows.without({1: "too much"})
    assert list(found.kept) == [1]
    assert found.carried_of_kept().to_pydict() == {"spend": [2.0]}
    assert found.rejected_table().column("_row").to_pylist() == [0, 2]
    assert found.rejected[2] == "too much"
    assert rows.without({}) is rows


def test_a_table_that_is_not_cut_is_one_chunk(place):
    (rows,) = read(place, whole=True)
    assert rows.chunk.rows == 3
    assert list(rows.kept) == [0, 2]
    assert rows.model_input.index.tolist() == [0, 2]


def test_a_loaded_table_keeps_its_index(tmp_path):
    data = pd.DataFrame({"id": [1, 2, 3], "note": list("abc")}, index=pd.Index([7, 8, 9], name="customer"))
    first, second = loaded(tmp_path, data, keep=("note",))
    pd.testing.assert_frame_equal(first.model_input, data.iloc[:2])
    assert second.carried.to_pydict() == {"note": ["c"], "customer": [9]}
    rejected = first.without({1: "no"})
    assert rejected.rejected_table().to_pylist() == [{"id": 2, "note": "b", "_file": "", "_row": 1, "_reason": "no"}]
    assert rejected.place_of(1) == "row 1 (counted from 0) of the table"


def test_rows_of_an_array_may_be_rejected(tmp_path):
    first, _ = loaded(tmp_path, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    rejected = first.without({1: "no"})
    assert rejected.carried_of_kept().num_columns == 0
    (row,) = rejected.rejected_table().to_pylist()
    assert [*row.values()] == [3.0, 4.0, "", 1, "no"]


def test_an_index_of_the_file_is_the_index_of_the_input(tmp_path):
    data = pd.DataFrame({"id": [1, 2], "spend": [0.5, 1.5]}, index=pd.Index(["a", "b"], name="customer"))
    data.to_parquet(tmp_path / "a.parquet")
    (rows,) = read(TablePlace(str(tmp_path / "a.parquet"), "parquet"), index=("customer",))
    pd.testing.assert_frame_equal(rows.model_input, data)
    assert rows.carried.to_pydict() == {"customer": ["a", "b"]}
