"""The record of a training's files."""

from __future__ import annotations

import os

import pytest
from kedro.io import DataCatalog, MemoryDataset, Version
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.packaging.fingerprints import (
    FILES_TAG,
    Fingerprint,
    fingerprint,
    local_file,
    read_fingerprints,
    record_files,
)
from tests.bindings import resolved


@pytest.fixture
def file(tmp_path):
    (tmp_path / "raw.csv").write_text("a\n1\n")
    return tmp_path / "raw.csv"


def fit(*data):
    return data


def versioned(file):
    return PickleDataset(filepath=str(file), version=Version(None, None))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Fingerprint(4, 10, "x"), True),
        (Fingerprint(4, 11, "x"), True),  # written again with the same content
        (Fingerprint(4, 11, "y"), False),
        (Fingerprint(5, 10, "x"), False),
        (Fingerprint(4, 10), True),
        (Fingerprint(4, 11), False),
    ],
)
def test_a_file_is_the_same_by_its_time_or_its_content(other, expected):
    assert Fingerprint(4, 10, "x").is_of(other) is expected
    assert other.is_of(Fingerprint(4, 10, "x")) is expected


def test_the_fingerprint_of_a_file_changes_with_it(file):
    before = fingerprint(file, read=True)
    os.utime(file, (1, 1))
    assert fingerprint(file, read=True).is_of(before)
    assert not fingerprint(file, read=False).is_of(before)
    file.write_text("a\n2\n")
    assert not fingerprint(file, read=True).is_of(before)


def test_the_fingerprint_of_a_folder_covers_its_files(tmp_path, file):
    before = fingerprint(tmp_path, read=True)
    assert before.size == file.stat().st_size
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/more.csv").write_text("a\n")
    assert not fingerprint(tmp_path, read=True).is_of(before)


def test_what_is_not_there_has_no_fingerprint(tmp_path):
    assert fingerprint(tmp_path / "gone", read=True) is None
    assert fingerprint(tmp_path, read=True) is None  # a folder without a file


def test_only_local_files_are_compared(tmp_path, file):
    catalog = DataCatalog(
        {
            "raw": PickleDataset(filepath=str(file)),
            "versioned": versioned(tmp_path / "model.pkl"),
            "unsaved": versioned(tmp_path / "next.pkl"),
            "remote": PickleDataset(filepath="memory:///raw.pkl"),
            "in_memory": MemoryDataset(1),
        }
    )
    catalog.save("versioned", [1])
    (version,) = (tmp_path / "model.pkl").iterdir()
    assert local_file("raw", catalog) == file
    assert local_file("versioned", catalog) == version / "model.pkl"
    assert [local_file(name, catalog) for name in ("unsaved", "remote", "in_memory")] == [None, None, None]


def test_recording_a_version_does_not_keep_training_from_loading_the_next_one(tmp_path):
    """Kedro's datasets remember the last version that they found; here, another one writes the next."""
    catalog = DataCatalog({name: versioned(tmp_path / "model.pkl") for name in ("model@written", "model@read")})
    catalog.save("model@written", "of an earlier training")
    assert local_file("model@read", catalog) is not None
    catalog.save("model@written", "new")
    assert catalog.load("model@read") == "new"


def test_a_record_has_what_training_reads_and_what_the_model_gets(tmp_path, file):
    training = Pipeline([node(fit, ["raw", "params:depth"], "model", name="fit")])
    inference = Pipeline([node(fit, ["raw", "model"], "out", name="predict")])
    catalog = DataCatalog({"raw": PickleDataset(filepath=str(file))})
    catalog["model"] = PickleDataset(filepath=str(tmp_path / "model.pkl"))
    binding = resolved(inference, "raw", training=training)
    text = record_files([binding, binding], catalog)
    assert read_fingerprints({FILES_TAG: text}) == {"raw": fingerprint(file, read=True)}
    catalog.save("model", [1])
    record = read_fingerprints({FILES_TAG: record_files([binding], catalog)})
    assert record["model"].sha256 == ""
    assert set(record) == {"raw", "model"}


def test_a_record_that_does_not_fit_into_a_tag_is_left_out(tmp_path):
    names = [f"a_dataset_with_a_name_that_is_long_{number}" for number in range(50)]
    catalog = DataCatalog({name: PickleDataset(filepath=f"{tmp_path}/{name}.pkl") for name in names})
    for name in names:
        catalog.save(name, name)
    training = Pipeline([node(fit, names, "model", name="fit")])
    inference = Pipeline([node(fit, ["raw", "model"], "out", name="predict")])
    assert record_files([resolved(inference, "raw", training=training)], catalog) == ""
    assert read_fingerprints({FILES_TAG: ""}) is None
    assert read_fingerprints({}) is None
