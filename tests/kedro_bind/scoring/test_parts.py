"""Parts of an output."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.parts import Parts, decoded_schema, encoded_schema

TABLE = pa.table({"id": [1, 2], "day": [dt.date(2024, 1, 1), None]})


@pytest.fixture
def parts(tmp_path):
    return Parts(TablePlace(str(tmp_path / "out"), "parquet"))


def write(parts, *numbers):
    parts.file_system.makedirs(parts.folder, exist_ok=True)
    for number in numbers:
        parts.write(number, TABLE)


def test_parts_are_in_the_order_of_their_numbers(parts):
    write(parts, 11, 2)
    parts.write_rejected(2, TABLE)
    assert parts.written_numbers() == {2, 11}
    assert [path.rpartition("/")[2] for path in parts.paths()] == ["part-000002.parquet", "part-000011.parquet"]
    assert [path.rpartition("/")[2] for path in parts.paths(parts.rejected_folder)] == ["part-000002.parquet"]
    assert pq.read_table(parts.path(2)) == TABLE


def test_a_folder_that_is_not_there_has_no_parts(parts):
    assert parts.paths() == []
    assert parts.written_numbers() == frozenset()
    parts.remove_unfinished()


def test_a_part_that_was_not_finished_does_not_count(parts, tmp_path):
    write(parts, 0)

    def write_half():
        with parts.written(parts.path(1)) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert parts.written_numbers() == {0}
    parts.remove_unfinished()
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["part-000000.parquet"]


def test_a_csv_part_has_the_separator_of_its_place(tmp_path):
    parts = Parts(TablePlace(str(tmp_path), "csv", "\t"))
    parts.write(0, TABLE)
    assert (tmp_path / "part-000000.csv").read_text() == '"id"\t"day"\n1\t2024-01-01\n2\t\n'


def test_json_lines_have_text_for_what_json_has_no_type_for(tmp_path):
    parts = Parts(TablePlace(str(tmp_path), "jsonl"))
    row = {"bytes": b"\x00\x01", "at": dt.datetime(2024, 1, 1, 12, 30), "price": Decimal("1.50"), "name": "Zoë"}  # noqa: DTZ001 - as Arrow returns it
    parts.write(0, pa.Table.from_pylist([row]))
    (line,) = (tmp_path / "part-000000.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {"bytes": "AAE=", "at": "2024-01-01T12:30:00", "price": "1.50", "name": "Zoë"}
    assert "Zoë" in line


def test_a_schema_travels_as_text():
    schema = TABLE.schema.with_metadata({b"pandas": b"{}"})
    assert decoded_schema(encoded_schema(schema)).equals(schema, check_metadata=True)
