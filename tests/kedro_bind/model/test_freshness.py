"""Whether stored artifacts are complete and up to date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kedro.io import CachedDataset, DataCatalog, MemoryDataset, Version
from kedro.pipeline import Pipeline, node
from kedro_datasets.partitions import PartitionedDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind.model.freshness import missing_artifacts, stale_artifacts
from tests.bindings import resolved


def fit(*data):
    return data


@pytest.fixture
def binding():
    """Two steps of training, with a dataset between them, and a stop-word list that both sides use."""
    training = Pipeline(
        [
            node(fit, ["raw", "params:depth"], "cleaned", name="clean"),
            node(fit, ["cleaned", "stop_words"], "model", name="fit"),
        ]
    )
    inference = Pipeline([node(fit, ["raw", "model", "stop_words"], "answer", name="predict")])
    return resolved(inference, "raw", training=training)


@pytest.fixture
def catalog(tmp_path, monkeypatch):
    """All datasets as files that were written one after the other."""
    monkeypatch.chdir(tmp_path)
    catalog = DataCatalog({name: PickleDataset(filepath=f"{name}.pkl") for name in ("raw", "stop_words", "model")})
    catalog["cleaned"] = MemoryDataset()
    catalog["params:depth"] = 3
    for second, name in enumerate(["raw", "stop_words", "model"], start=1000):
        catalog.save(name, [name])
        written(f"{name}.pkl", second)
    return catalog


def written(path, second):
    os.utime(path, (second, second))


def test_what_is_there_and_newer_than_its_sources_is_fine(binding, catalog):
    assert missing_artifacts(binding, catalog) == []
    assert stale_artifacts(binding, catalog) == []


@pytest.mark.parametrize("source", ["raw", "stop_words"])
def test_an_artifact_older_than_what_it_is_computed_from_is_stale(binding, catalog, source):
    written(f"{source}.pkl", 2000)
    (said,) = stale_artifacts(binding, catalog)
    assert f"is older than '{source}'" in said
    assert "model.pkl" in said


def test_equal_times_are_fine(binding, catalog):
    for name in ("raw", "stop_words", "model"):
        written(f"{name}.pkl", 1000)
    assert stale_artifacts(binding, catalog) == []


def test_a_stored_dataset_on_the_way_counts(binding, catalog):
    catalog["cleaned"] = PickleDataset(filepath="cleaned.pkl")
    catalog.save("cleaned", [1])
    written("cleaned.pkl", 2000)
    (said,) = stale_artifacts(binding, catalog)
    assert "is older than 'cleaned'" in said


def test_what_has_no_file_any_more_tells_nothing(binding, catalog):
    Path("raw.pkl").unlink()
    assert stale_artifacts(binding, catalog) == []


def test_an_artifact_that_is_not_there_is_missing(binding, catalog):
    Path("model.pkl").unlink()
    (said,) = missing_artifacts(binding, catalog)
    assert "'model'" in said
    assert "model.pkl" in said


def test_the_last_version_of_a_versioned_dataset_counts(binding, catalog):
    for name in ("raw", "model"):
        catalog[name] = PickleDataset(filepath=f"v_{name}.pkl", version=Version(None, None))
    (said,) = missing_artifacts(binding, catalog)
    assert "'model'" in said
    for version, seconds in {
        "2024-01-01T00.00.00.000Z": (1000, 1001),
        "2024-01-02T00.00.00.000Z": (2000, 2001),
    }.items():
        for name, second in zip(("raw", "model"), seconds, strict=True):
            place = Path(f"v_{name}.pkl") / version / f"v_{name}.pkl"
            PickleDataset(filepath=str(place)).save([version])
            written(place, second)
    for name in ("raw", "model"):
        catalog[name] = PickleDataset(filepath=f"v_{name}.pkl", version=Version(None, None))
    assert missing_artifacts(binding, catalog) == []
    assert stale_artifacts(binding, catalog) == []
    written("v_raw.pkl/2024-01-02T00.00.00.000Z/v_raw.pkl", 3000)
    assert len(stale_artifacts(binding, catalog)) == 1


def test_the_newest_file_of_a_folder_counts(binding, catalog):
    catalog["raw"] = PartitionedDataset(path="parts", dataset="pickle.PickleDataset")
    catalog.save("raw", {"a": 1, "b": 2})
    written("parts/a", 900)
    written("parts/b", 1000)
    assert stale_artifacts(binding, catalog) == []
    written("parts/b", 2000)
    (said,) = stale_artifacts(binding, catalog)
    assert "parts" in said


def test_a_cached_dataset_counts_as_what_it_wraps(binding, catalog):
    catalog["model"] = CachedDataset(PickleDataset(filepath="model.pkl"))
    assert stale_artifacts(binding, catalog) == []
    written("raw.pkl", 2000)
    assert len(stale_artifacts(binding, catalog)) == 1
    Path("model.pkl").unlink()
    assert len(missing_artifacts(binding, catalog)) == 1
