"""The digest of data: of all rows, and the same in every process."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kedro_bind.packaging.data_digest import data_digest

TABLE = pd.DataFrame({"spend": np.arange(20_000.0), "name": [f"n{place}" for place in range(20_000)]})


def test_it_is_the_same_for_the_same_data():
    assert data_digest(TABLE) == data_digest(TABLE.copy())
    assert len(data_digest(TABLE)) == 32


@pytest.mark.parametrize(
    "other",
    [
        TABLE.assign(spend=TABLE["spend"].where(TABLE.index != 15_000, -1.0)),  # beyond what MLflow's own digest sees
        TABLE.iloc[::-1],
        TABLE.rename(columns={"spend": "spent"}),
        TABLE.astype({"spend": "float32"}),
        TABLE.reset_index(names="row").set_index("row", drop=False).drop(columns="row").set_axis(range(1, 20_001)),
    ],
)
def test_another_value_order_name_type_or_index_is_other_data(other):
    assert data_digest(other) != data_digest(TABLE)


@pytest.mark.parametrize("data", [np.arange(3), TABLE["name"], [1, "a"], pd.DataFrame({"cells": [[1], [2, 3]]})])
def test_arrays_lists_and_tables_of_lists_have_one(data):
    assert len(data_digest(data)) == 32


def test_what_can_not_be_read_has_none():
    assert data_digest(lambda: None) is None
