"""Which files a path or URL names."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.places import files_of, format_of, is_url, place_of, written_as_file


def names_in(place):
    return [Path(file.path).name for file in files_of(place)[1]]


@pytest.fixture
def folder(tmp_path):
    def make(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("x")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/a.parquet", "parquet"),
        ("A.PQ", "parquet"),
        ("a.csv.gz", "csv"),
        ("s3://bucket/a.tsv", "csv"),
        ("a.ndjson", "jsonl"),
        ("data.csv/", None),
        ("csv", None),
    ],
)
def test_the_suffix_says_the_format(path, expected):
    assert format_of(path) == expected


def test_a_place_has_the_format_and_separator_of_its_suffix():
    assert place_of("a.tsv") == TablePlace("a.tsv", "csv", "\t")
    assert place_of("folder") == TablePlace("folder", "")
    assert place_of("a.csv", "parquet").format == "parquet"
    assert is_url("s3://bucket/key")
    assert not is_url("a.csv")


def test_an_output_is_a_file_if_its_name_ends_like_one():
    assert written_as_file(place_of("out.csv"))
    assert not written_as_file(place_of("out"))


def test_the_files_of_a_folder_are_in_order_without_those_of_writers(folder):
    path = folder("b.csv", "a/c.csv", "a/notes.txt", "_SUCCESS.csv", ".a.csv.crc", "_rejected/d.csv")
    place, files = files_of(place_of(str(path)))
    assert place.format == "csv"
    assert [Path(file.path).relative_to(path).as_posix() for file in files] == ["a/c.csv", "b.csv"]
    assert {(file.size, file.modified != "") for file in files} == {(1, True)}


def test_a_pattern_names_files_and_folders(folder):
    path = folder("a1.csv", "a2.csv", "b.csv", "a3/c.csv")
    assert names_in(place_of(f"{path}/a*")) == ["a1.csv", "a2.csv", "c.csv"]


def test_brackets_may_be_part_of_a_name(folder):
    path = folder("[2024]/sales.csv")
    assert names_in(place_of(f"{path}/[2024]/sales.csv")) == ["sales.csv"]


def test_the_files_of_a_folder_say_the_separator(folder):
    assert files_of(place_of(str(folder("a.tsv", "b.tsv.gz"))))[0].separator == "\t"


def test_a_file_may_have_any_name_if_its_format_is_known(folder):
    path = folder("table")
    assert names_in(TablePlace(f"{path}/table", "csv")) == ["table"]


@pytest.mark.parametrize("name", ["gone.csv", "*.parquet", "", "notes.txt"])
def test_there_has_to_be_a_table(folder, name):
    with pytest.raises(KedroBindError, match="there is no table at"):
        files_of(place_of(f"{folder('notes.txt')}/{name}"))


@pytest.mark.parametrize(
    ("names", "formats"), [(["a.csv", "a.parquet"], "csv, parquet"), (["a.csv", "a.tsv"], "csv, tsv")]
)
def test_files_of_several_formats_are_refused(folder, names, formats):
    with pytest.raises(KedroBindError, match=f"several formats \\({formats}\\)"):
        files_of(place_of(str(folder(*names))))
