"""Whether a dataset is a table."""

from __future__ import annotations

import pytest
from kedro.io import CachedDataset, DataCatalog, MemoryDataset
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind.proposal.tables import entry_type, is_kept, is_table

PICKLE = PickleDataset(filepath="x.pkl")


@pytest.mark.parametrize(
    ("dataset", "kind", "table", "kept"),
    [
        (CSVDataset(filepath="x.csv"), "pandas.CSVDataset", True, True),
        (PICKLE, "pickle.PickleDataset", False, True),
        (CachedDataset(PICKLE), "pickle.PickleDataset", False, True),
        (MemoryDataset(), "io.MemoryDataset", False, False),
    ],
)
def test_the_type_of_an_entry_says_what_it_is(dataset, kind, table, kept):
    catalog = DataCatalog({"x": dataset})
    assert (entry_type("x", catalog), is_table("x", catalog), is_kept("x", catalog)) == (kind, table, kept)


@pytest.mark.parametrize("catalog", [None, DataCatalog(), DataCatalog.from_config({"x": {"type": "gone.CSVDataset"}})])
def test_without_a_valid_entry_nothing_is_known(catalog):
    assert (entry_type("x", catalog), is_table("x", catalog), is_kept("x", catalog)) == ("", False, False)
