from __future__ import annotations

import pytest
from kedro.io import CachedDataset, DataCatalog, MemoryDataset
from kedro.io.core import Version
from kedro_datasets.pickle import PickleDataset

from kedro_bind.binding.datasets import (
    arguments_of,
    credentials_of,
    has_path,
    is_persisted,
    is_pickled,
    stored,
    uris_of,
)
from kedro_bind.errors import BindingError, LoggingError
from tests.soundness.nodes import Store


def pickled(folder, **arguments):
    return PickleDataset(filepath=(folder / "model.pkl").as_posix(), **arguments)


def test_a_file_is_persisted_and_has_a_uri(tmp_path):
    found = stored(DataCatalog({"model": CachedDataset(pickled(tmp_path))}), "model")
    assert is_persisted(found.dataset)
    assert has_path(found.dataset)
    assert (found.path_key, found.version) == ("filepath", None)
    assert found.uri == (tmp_path / "model.pkl").as_uri()


def test_a_pickle_is_known_by_its_dataset(tmp_path):
    class OwnDataset(PickleDataset):
        pass

    assert is_pickled(CachedDataset(pickled(tmp_path)))
    assert is_pickled(OwnDataset(filepath=(tmp_path / "model.pkl").as_posix()))
    assert not is_pickled(Store("here"))
    assert not is_pickled(None)


def test_a_dataset_in_memory_is_not_persisted():
    assert not is_persisted(MemoryDataset(1))
    assert not is_persisted(CachedDataset(MemoryDataset(1)))
    with pytest.raises(BindingError, match="'model' is not persisted; give it an entry in the catalog"):
        stored(DataCatalog({"model": MemoryDataset(1)}), "model")


def test_a_dataset_that_is_not_a_file_is_persisted_without_a_uri():
    found = stored(DataCatalog({"model": Store("here")}), "model")
    assert is_persisted(found.dataset)
    assert not has_path(found.dataset)
    with pytest.raises(BindingError, match="'model' is not a file, so it has no URI; let kedro_bind log the model"):
        uris_of({"model": found})


def test_the_version_of_this_run_is_found_among_later_ones(tmp_path):
    pickled(tmp_path, version=Version(None, "9999-01-01")).save("of another clock")
    dataset = pickled(tmp_path, version=Version(None, "2024-01-01"))
    dataset.save("of this run")
    assert stored(DataCatalog({"model": dataset}), "model").version == "2024-01-01"


def test_a_versioned_dataset_without_a_version_says_what_to_do(tmp_path):
    with pytest.raises(LoggingError, match="it has no saved version; run the training that writes it"):
        stored(DataCatalog({"model": pickled(tmp_path, version=Version(None, None))}), "model")


def test_credentials_are_among_the_arguments_of_a_dataset_only_by_name(tmp_path):
    dataset = pickled(tmp_path, credentials={"key": "abc"}, fs_args={"token": "secret"})
    assert credentials_of(dataset) == ["credentials", "fs_args.token"]
    assert "credentials" not in arguments_of(dataset)
