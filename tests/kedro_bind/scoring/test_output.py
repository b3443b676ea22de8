"""An output on its way."""

from __future__ import annotations

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.manifest import write_manifest
from kedro_bind.scoring.output import Output
from kedro_bind.scoring.places import place_of
from tests.kedro_bind.scoring.test_manifest import MANIFEST


@pytest.fixture
def begun(tmp_path):
    """Begin an output with some parts."""

    def begin(name, *values, **options):
        output = Output(place_of(str(tmp_path / name), **options))
        output.parts.file_system.makedirs(output.parts.folder)
        write_manifest(MANIFEST, output.parts)
        for number, value in enumerate(values):
            output.parts.write(number, pa.table({"id": [value]}))
        return output

    return begin


def names(folder):
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_a_folder_keeps_its_parts(begun, tmp_path):
    output = begun("out", 1, 2, format="parquet")
    output.parts.write_rejected(0, pa.table({"id": [3]}))
    assert output.begun() == MANIFEST
    output.finish(MANIFEST)
    assert output.begun() == MANIFEST
    assert output.rejected_path == output.parts.rejected_folder
    assert names(tmp_path / "out") == [
        "_manifest.json",
        "_rejected/part-000000.parquet",
        "part-000000.parquet",
        "part-000001.parquet",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("out.csv", '"id"\n1\n2\n'), ("out.jsonl", '{"id": 1}\n{"id": 2}\n')],
)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_parts_become_one_text_file(begun, tmp_path, name, content, ending):
    output = begun(name + ending, 1, 2)
    output.finish(MANIFEST)
    data = (tmp_path / (name + ending)).read_bytes()
    assert (gzip.decompress(data) if ending else data).decode() == content
    assert names(tmp_path) == [name + ending, f"{name}{ending}.manifest.json"]


def test_one_part_is_compressed_too(begun, tmp_path):
    begun("out.csv.gz", 1).finish(MANIFEST)
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == b'"id"\n1\n'


def test_parts_become_one_parquet_file_with_a_row_group_for_each(begun, tmp_path):
    begun("out.parquet", 1, 2).finish(MANIFEST)
    assert pq.read_table(tmp_path / "out.parquet").to_pydict() == {"id": [1, 2]}
    assert pq.read_metadata(tmp_path / "out.parquet").num_row_groups == 2


def test_rejected_rows_are_in_a_file_beside_it(begun, tmp_path):
    output = begun("out.csv", 1)
    output.parts.write_rejected(0, pa.table({"id": [7]}))
    output.finish(MANIFEST)
    assert output.rejected_path == str(tmp_path / "out.rejected.csv")
    assert (tmp_path / "out.rejected.csv").read_text() == '"id"\n7\n'


@pytest.mark.parametrize("name", ["out", "out.parquet"])
@pytest.mark.parametrize("finished", [False, True])
def test_it_can_be_removed(begun, tmp_path, name, finished):
    output = begun(name, 1, 2, format="parquet")
    output.parts.write_rejected(0, pa.table({"id": [3]}))
    if finished:
        output.finish(MANIFEST)
    assert output.exists()
    output.remove()
    assert not output.exists()
    assert output.begun() is None
    assert names(tmp_path) == []


def test_a_folder_with_something_else_in_it_is_not_removed(begun, tmp_path):
    output = begun("out", 1, format="parquet")
    (tmp_path / "out" / "thesis.docx").write_text("years of work")
    with pytest.raises(KedroBindError, match=r"has files in it that are not from this command, such as .*thesis\.docx"):
        output.remove()
    assert output.parts.written_numbers() == {0}


def test_an_empty_folder_is_nothing(tmp_path):
    (tmp_path / "out").mkdir()
    assert not Output(place_of(str(tmp_path / "out"), "parquet")).exists()
