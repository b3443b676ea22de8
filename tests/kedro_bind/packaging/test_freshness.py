"""Whether stored artifacts are complete and up to date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kedro.io import CachedDataset, DataCatalog, MemoryDataset, Version
from kedro.pipeline import Pipeline, node
from kedro_datasets.partitions import PartitionedDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind.packaging.fingerprints import FILES_TAG, read_fingerprints, record_files
from kedro_bind.packaging.freshness import missing_artifacts, stale_artifacts
from tests.bindings import resolved


def fit(*data):
    return data


@pytest.fixture
def binding():
    """Two training nodes with a dataset between them, and a stop-word list that training and inference use."""
    training = Pipeline(
        [
            node(fit, ["raw", "params:depth"], "cleaned", name="clean"),
            node(fit, ["cleaned", "stop_words"], "model", name="fit"),
        ]
    )
    inference = Pipeline([node(fit, ["raw", "model", "stop_words"], "predictions", name="predict")])
    return resolved(inference, "raw", training=training)


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    """A catalog of files that were written one after the other."""
    monkeypatch.chdir(tmp_path)
    catalog = DataCatalog({name: PickleDataset(filepath=f"{name}.pkl") for name in ("raw", "stop_words", "model")})
    catalog["cleaned"] = MemoryDataset()
    catalog["params:depth"] = 3
    for second, name in enumerate(["raw", "stop_words", "model"], start=1000):
        catalog.save(name, [name])
        set_time(f"{name}.pkl", second)
    return catalog


def set_time(path, second):
    os.utime(path, (second, second))


def test_an_artifact_that_is_newer_than_its_sources_is_up_to_date(binding, catalog):
    assert missing_artifacts(binding, catalog) == []
    assert stale_artifacts(binding, catalog) == []


@pytest.mark.parametrize("source", ["raw", "stop_words"])
def test_an_artifact_that_is_older_than_a_source_is_stale(binding, catalog, source):
    set_time(f"{source}.pkl", 2000)
    (message,) = stale_artifacts(binding, catalog)
    assert f"is older than '{source}'" in message
    assert "model.pkl" in message


def test_an_artifact_that_is_as_old_as_its_sources_is_up_to_date(binding, catalog):
    for name in ("raw", "stop_words", "model"):
        set_time(f"{name}.pkl", 1000)
    assert stale_artifacts(binding, catalog) == []


def test_a_stored_intermediate_is_compared(binding, catalog):
    catalog["cleaned"] = PickleDataset(filepath="cleaned.pkl")
    catalog.save("cleaned", [1])
    set_time("cleaned.pkl", 2000)
    (message,) = stale_artifacts(binding, catalog)
    assert "is older than 'cleaned'" in message


def test_a_source_without_a_file_is_not_compared(binding, catalog):
    Path("raw.pkl").unlink()
    assert stale_artifacts(binding, catalog) == []


def test_an_artifact_without_its_file_is_missing(binding, catalog):
    Path("model.pkl").unlink()
    (message,) = missing_artifacts(binding, catalog)
    assert "'model'" in message
    assert "model.pkl" in message


def test_the_last_version_of_a_versioned_dataset_is_compared(binding, catalog):
    for name in ("raw", "model"):
        catalog[name] = PickleDataset(filepath=f"v_{name}.pkl", version=Version(None, None))
    (message,) = missing_artifacts(binding, catalog)
    assert "'model'" in message
    for version, seconds in {
        "2024-01-01T00.00.00.000Z": (1000, 1001),
        "2024-01-02T00.00.00.000Z": (2000, 2001),
    }.items():
        for name, second in zip(("raw", "model"), seconds, strict=True):
            file = Path(f"v_{name}.pkl") / version / f"v_{name}.pkl"
            PickleDataset(filepath=str(file)).save([version])
            set_time(file, second)
    for name in ("raw", "model"):
        catalog[name] = PickleDataset(filepath=f"v_{name}.pkl", version=Version(None, None))
    assert missing_artifacts(binding, catalog) == []
    assert stale_artifacts(binding, catalog) == []
    set_time("v_raw.pkl/2024-01-02T00.00.00.000Z/v_raw.pkl", 3000)
    assert len(stale_artifacts(binding, catalog)) == 1


@pytest.mark.parametrize("versioned", ["raw", "model"])
def test_a_version_from_a_clock_that_is_ahead_is_compared_with_the_record_of_a_run(binding, catalog, versioned):
    def versions():
        return PickleDataset(filepath=f"v_{versioned}.pkl", version=Version(None, None))

    catalog[versioned] = versions()
    catalog.save(versioned, ["of an earlier training"])
    ahead = next(Path("v_raw.pkl").rglob("v_raw.pkl"), Path("raw.pkl"))
    set_time(ahead, 2**32)
    record = read_fingerprints({FILES_TAG: record_files([binding], catalog)})
    catalog.save("model", ["trained"])
    assert len(stale_artifacts(binding, catalog)) == 1
    assert stale_artifacts(binding, catalog, record) == []
    if versioned == "raw":
        catalog["raw"] = versions()
        catalog.save("raw", ["another version"])
        set_time(max(Path("v_raw.pkl").iterdir()) / "v_raw.pkl", 2**32)
        (message,) = stale_artifacts(binding, catalog, record)
        assert "is older than 'raw'" in message


def test_the_newest_file_of_a_folder_is_compared(binding, catalog):
    catalog["raw"] = PartitionedDataset(path="parts", dataset="pickle.PickleDataset")
    catalog.save("raw", {"a": 1, "b": 2})
    set_time("parts/a", 900)
    set_time("parts/b", 1000)
    assert stale_artifacts(binding, catalog) == []
    set_time("parts/b", 2000)
    (message,) = stale_artifacts(binding, catalog)
    assert "parts" in message


def test_the_dataset_inside_a_cached_dataset_is_compared(binding, catalog):
    catalog["model"] = CachedDataset(PickleDataset(filepath="model.pkl"))
    assert stale_artifacts(binding, catalog) == []
    set_time("raw.pkl", 2000)
    assert len(stale_artifacts(binding, catalog)) == 1
    Path("model.pkl").unlink()
    assert len(missing_artifacts(binding, catalog)) == 1
