"""Which rows are predicted in one call."""

from __future__ import annotations

import gzip

import pytest

from kedro_bind.scoring.chunking import as_one_task, tasks_of
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.places import files_of
from tests.kedro_bind.scoring.tables import csv_place, parquet_place


def chunks_of(place, chunk_rows):
    """Return number, first row, and rows of each chunk, by task."""
    tasks = tasks_of(*files_of(place), chunk_rows)
    return [[(chunk.number, chunk.first, chunk.rows) for chunk in task.chunks] for task in tasks]


def test_a_text_file_has_a_task_for_each_chunk(tmp_path):
    place = csv_place(tmp_path / "a.csv", "id\n1\n2\n3\n")
    assert chunks_of(place, 2) == [[(0, 0, 2)], [(1, 2, 1)]]


def test_a_compressed_file_is_one_task(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id\n1\n2\n3\n"))
    assert chunks_of(TablePlace(str(tmp_path / "a.csv.gz"), "csv"), 2) == [[(0, 0, 2), (1, 2, 1)]]


@pytest.mark.parametrize(
    ("groups", "chunk_rows", "expected"),
    [
        ([[1, 2], [3], [4, 5]], 3, [[(0, 0, 3)], [(1, 3, 2)]]),  # small groups share a chunk
        ([[1, 2, 3, 4, 5]], 2, [[(0, 0, 2), (1, 2, 2), (2, 4, 1)]]),  # a large group has many
        ([[], [1], []], 2, [[(0, 0, 1)]]),
        ([[]], 2, []),
    ],
)
def test_row_groups_are_read_once(tmp_path, groups, chunk_rows, expected):
    assert chunks_of(parquet_place(tmp_path / "a.parquet", *groups), chunk_rows) == expected


def test_chunks_are_numbered_through_all_files(tmp_path):
    for name, text in {"a.csv": "id\n1\n2\n3\n", "b.csv": "id\n", "c.csv": "id\n4\n"}.items():
        (tmp_path / name).write_text(text)
    tasks = tasks_of(*files_of(TablePlace(str(tmp_path), "")), 2)
    chunks = [chunk for task in tasks for chunk in task.chunks]
    assert [(chunk.number, chunk.path[-5:], chunk.row, chunk.first) for chunk in chunks] == [
        (0, "a.csv", 0, 0),
        (1, "a.csv", 2, 2),
        (2, "c.csv", 0, 3),
    ]
    assert as_one_task(tasks)[0].chunks == tuple(chunks)
    assert as_one_task([]) == ()
