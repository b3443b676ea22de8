"""What findings about catalog entries have in common."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset

from kedro_bind.checks.catalog_entries import dataset_names, invalid_entry


def test_parameters_are_not_datasets():
    catalog = DataCatalog({"x": MemoryDataset()})
    catalog["params:a"] = 1
    catalog["parameters"] = {}
    assert dataset_names(catalog) == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        "no module named 'gone'",
        "no module\nnamed 'gone'.",
        "no module named 'gone'. Please install the missing dependencies",
        "no module named 'gone' Hint: see https://x",
        "no module named 'gone'. Please see the documentation",
    ],
)
def test_advice_of_kedro_is_left_out(text):
    assert invalid_entry(ValueError(text)) == "its catalog entry is invalid: no module named 'gone'"
