"""Chunks of files to Arrow tables."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pyarrow as pa
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.chunking import as_one_task, tasks_of
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.places import files_of
from kedro_bind.scoring.reading import Reader, names_in_file
from tests.kedro_bind.scoring.tables import ID, SPEND, csv_place, json_place, parquet_place

CSV = 'id,spend,note\n1,1.5,007\n2,,"two\nlines"\n3,3,NA\n'
JSON = '{"id": 1, "spend": 1.5, "note": "007"}\n{"id": 2, "note": "two"}\n{"id": 3, "spend": 3, "note": null}\n'


def read(place, chunk_rows=2, skip=(), **options):
    """Read a place in chunks."""
    place, files = files_of(place)
    tasks = tasks_of(place, files, chunk_rows)
    reader = Reader(place, [ID, SPEND], **options)
    return [table for task in tasks for _, table in reader.read(task, skip)]


def rows_of(place, **options):
    return [row for table in read(place, **options) for row in table.to_pylist()]


def test_a_csv_file_has_the_types_of_the_signature(tmp_path):
    tables = read(csv_place(tmp_path / "a.csv", CSV), kept_as_text=["note"])
    assert [table.num_rows for table in tables] == [2, 1]
    assert tables[0].schema.types == [pa.int64(), pa.float64(), pa.string()]
    assert [row for table in tables for row in table.to_pylist()] == [
        {"id": 1, "spend": 1.5, "note": "007"},
        {"id": 2, "spend": None, "note": "two\nlines"},
        {"id": 3, "spend": 3.0, "note": "NA"},
    ]


def test_columns_are_read_in_the_order_asked_for(tmp_path):
    for place in (csv_place(tmp_path / "a.csv", CSV), json_place(tmp_path / "a.jsonl", JSON)):
        assert read(place, columns=["spend", "id"])[0].column_names == ["spend", "id"]


def test_a_compressed_file_is_read_as_any_other(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    plain = rows_of(csv_place(tmp_path / "a.csv", CSV))
    assert rows_of(TablePlace(str(tmp_path / "a.csv.gz"), "csv")) == plain


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8-sig")
    assert rows_of(TablePlace(str(tmp_path / "a.csv"), "csv"))[0]["id"] == 1


def test_a_chunk_with_a_bad_value_is_read_as_text(tmp_path):
    place = csv_place(tmp_path / "a.csv", "id,spend\n1,1.5\ntwo,2\n3,3\n")
    first, second = read(place)
    assert first.to_pylist() == [{"id": "1", "spend": "1.5"}, {"id": "two", "spend": "2"}]
    assert second.to_pylist() == [{"id": 3, "spend": 3.0}]
    place = json_place(tmp_path / "a.jsonl", '{"id": 1, "spend": 1.5}\n{"id": "two", "spend": null}\n')
    assert rows_of(place) == [{"id": "1", "spend": "1.5"}, {"id": "two", "spend": None}]


def test_json_lines_may_lack_columns(tmp_path):
    place = json_place(tmp_path / "a.jsonl", JSON)
    assert rows_of(place, columns=["id", "gone"])[0] == {"id": 1, "gone": None}
    assert rows_of(place)[1]["spend"] is None


@pytest.mark.parametrize("bad", ["", ', "spend": "much"'])
def test_a_column_of_json_lines_may_have_values_of_several_types(tmp_path, bad):
    place = json_place(tmp_path / "a.jsonl", f'{{"id": 1, "note": "one"{bad}}}\n{{"id": 2, "note": [2]}}\n')
    assert [int(row["id"]) for row in rows_of(place, columns=["id"])] == [1, 2]
    assert [row["note"] for row in rows_of(place, columns=["id", "note"])] == ["one", "[2]"]


def test_a_line_that_is_not_an_object_is_named(tmp_path):
    with pytest.raises(KedroBindError, match=r"row 2 of .*a\.jsonl \(counted from 0\) is not a JSON object"):
        read(json_place(tmp_path / "a.jsonl", '{"id": 1}\n{"id": 2}\nid: 3\n'))


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 10])
def test_row_groups_are_cut_and_joined(tmp_path, chunk_rows):
    place = parquet_place(tmp_path / "a.parquet", [0, 1, 2, 3], [4], [], [5, 6])
    tables = read(place, chunk_rows)
    assert [row["id"] for table in tables for row in table.to_pylist()] == list(range(7))
    assert max(table.num_rows for table in tables) <= chunk_rows


def test_chunks_that_are_there_are_skipped(tmp_path):
    for place in (
        csv_place(tmp_path / "a.csv", "id\n0\n1\n2\n3\n4\n"),
        parquet_place(tmp_path / "a.parquet", [0, 1, 2, 3, 4]),
    ):
        assert [row["id"] for row in rows_of(place, skip=[0])] == [2, 3, 4]
        assert [row["id"] for row in rows_of(place, skip=[1])] == [0, 1, 4]


def test_a_whole_table_is_read_in_one_task(tmp_path):
    for name, text in {"a.csv": "id\n0\n1\n2\n", "b.csv": "id\n3\n"}.items():
        (tmp_path / name).write_text(text)
    place, files = files_of(TablePlace(str(tmp_path), ""))
    (task,) = as_one_task(tasks_of(place, files, 2))
    tables = [table for _, table in Reader(place, [ID]).read(task)]
    assert [row["id"] for table in tables for row in table.to_pylist()] == [0, 1, 2, 3]


def test_a_file_that_was_changed_meanwhile_is_refused(tmp_path):
    place = csv_place(tmp_path / "a.csv", "id\n1\n2\n")
    (task,) = tasks_of(*files_of(place), 5)
    changed = replace(task, chunks=(replace(task.chunks[0], rows=3),))
    with pytest.raises(KedroBindError, match=r"has 2 rows where 3 were found before \(rows 0 to 2\)"):
        list(Reader(place, [ID]).read(changed))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_all_files_have_the_columns_that_are_read(tmp_path, kind):
    table = pa.table({"id": [1], "note": ["x"]})
    for name, columns in {"a": ["id", "note"], "b": ["id"]}.items():
        if kind == "csv":
            pa.csv.write_csv(table.select(columns), tmp_path / f"{name}.csv")
        else:
            pa.parquet.write_table(table.select(columns), tmp_path / f"{name}.parquet")
    with pytest.raises(KedroBindError, match=rf"b\.{kind} lacks the column 'note'"):
        read(TablePlace(str(tmp_path), ""), columns=["id", "note"])


def test_the_names_in_a_file(tmp_path):
    assert names_in_file(csv_place(tmp_path / "a.csv", CSV), str(tmp_path / "a.csv"))[0] == ["id", "spend", "note"]
    assert names_in_file(json_place(tmp_path / "a.jsonl", JSON), str(tmp_path / "a.jsonl"))[0] == [
        "id",
        "spend",
        "note",
    ]
    names, schema = names_in_file(parquet_place(tmp_path / "a.parquet", [1]), str(tmp_path / "a.parquet"))
    assert (names, schema.types) == (["id"], [pa.int64()])


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("csv", "id,id\n1,2\n", "two columns of one name"),
        ("parquet", "no", "can't be read as parquet"),
        ("jsonl", "no", "can't be read as jsonl"),
    ],
)
def test_a_file_that_is_of_another_kind_is_refused(tmp_path, kind, text, message):
    (tmp_path / "a").write_text(text)
    with pytest.raises(KedroBindError, match=message):
        names_in_file(TablePlace(str(tmp_path / "a"), kind), str(tmp_path / "a"))
