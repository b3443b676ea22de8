"""The data that models are evaluated on."""

from __future__ import annotations

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pandas import CSVDataset

from kedro_bind.binding.evaluation import Evaluation
from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.data import load_evaluation_data
from tests.bindings import resolved

INFERENCE = Pipeline([node(len, "x", "out", name="predict")])
BINDING = resolved(INFERENCE, evaluation=Evaluation(Pipeline([node(len, "out", "count", name="count")]), "holdout"))


def test_data_is_loaded_and_described(tmp_path):
    rows = pd.DataFrame({"a": [1, 2]})
    catalog = DataCatalog({"holdout": CSVDataset(filepath=f"{tmp_path}/holdout.csv")})
    catalog.save("holdout", rows)
    data = load_evaluation_data(BINDING, catalog)
    pd.testing.assert_frame_equal(data.value, rows)
    assert data.label == f"'holdout' (digest {data.described.digest})"
    assert load_evaluation_data(BINDING, catalog).described.digest == data.described.digest
    catalog.save("holdout", rows + 1)
    assert load_evaluation_data(BINDING, catalog).described.digest != data.described.digest


def test_data_without_a_digest_has_only_its_name():
    data = load_evaluation_data(
        BINDING, DataCatalog({"holdout": MemoryDataset((row for row in [1]), copy_mode="assign")})
    )
    assert (data.label, data.described) == ("'holdout'", None)


def test_data_that_can_not_be_loaded_is_named(tmp_path):
    catalog = DataCatalog({"holdout": CSVDataset(filepath=f"{tmp_path}/holdout.csv")})
    with pytest.raises(EvaluationError, match="the evaluation data 'holdout' can't be loaded: ") as raised:
        load_evaluation_data(BINDING, catalog)
    assert "CSVDataset" not in str(raised.value)
