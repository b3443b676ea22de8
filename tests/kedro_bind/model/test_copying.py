"""Data is copied as Kedro's MemoryDataset copies it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from kedro.io import MemoryDataset

from kedro_bind.model.copying import copier, is_immutable

MUTABLE = [
    pd.DataFrame({"a": [1, 2]}),
    pd.Series([1, 2]),
    pl.DataFrame({"a": [1]}),
    np.array([1, 2]),
    {"a": [1]},
    [[1], [2]],
]


def handed_over(data, mode):
    """Return what Kedro hands to a node."""
    dataset = MemoryDataset(copy_mode="assign")
    dataset.save(data)
    dataset._copy_mode = mode  # noqa: SLF001 - so that only loading copies
    return dataset.load()


@pytest.mark.parametrize("mode", ["assign", "deepcopy", None])
@pytest.mark.parametrize("data", MUTABLE, ids=lambda value: f"{type(value).__module__}.{type(value).__name__}")
def test_a_mode_copies_what_kedro_copies(data, mode):
    copy = copier(mode)
    copied = copy(data) if copy else data
    assert (copied is data) == (handed_over(data, mode) is data)
    assert str(copied) == str(data)


def test_copy_is_shallow():
    data = {"a": [1]}
    copied = copier("copy")(data)
    assert copied is not data
    assert copied["a"] is data["a"]


@pytest.mark.parametrize("data", ["a", b"a", 1, 1.5, True, 1j, None])
def test_what_is_immutable_is_not_copied(data):
    assert is_immutable(data)
    assert copier(None)(data) is data


@pytest.mark.parametrize("data", [[], {}, (), np.array([1])])
def test_what_may_change_is_not_immutable(data):
    assert not is_immutable(data)
