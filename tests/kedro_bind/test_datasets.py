"""A logged model as an entry of Kedro's catalog."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.io.core import DatasetError
from mlflow.exceptions import MlflowException

from kedro_bind import BoundModelDataset
from tests.kedro_bind.doubling import save_doubling

ROWS = pd.DataFrame({"spend": [1.5]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(save_doubling(tmp_path_factory.mktemp("doubling")))


def test_a_node_calls_the_model(folder):
    entry = {"type": "kedro_bind.BoundModelDataset", "model_uri": folder, "params": {"factor": 4.0}}
    model = DataCatalog.from_config({"champion": entry}).load("champion")
    assert model.uri == folder
    assert model(ROWS)["double"].tolist() == [6.0]
    assert model(ROWS, factor=2.0)["double"].tolist() == [3.0]
    with pytest.raises(MlflowException):
        model(pd.DataFrame({"id": [1]}))


def test_it_is_loaded_once(folder):
    dataset = BoundModelDataset(model_uri=folder)
    assert dataset.load() is dataset.load()


def test_another_process_loads_the_model_itself(folder):
    dataset = BoundModelDataset(model_uri=folder)
    dataset.load()
    again = pickle.loads(pickle.dumps(dataset))
    assert again.load() is not dataset.load()
    assert again.load()(ROWS)["double"].tolist() == [3.0]


def test_a_model_that_is_not_there_can_not_be_loaded(folder, tmp_path):
    assert BoundModelDataset(model_uri=folder).exists()
    gone = BoundModelDataset(model_uri=str(tmp_path / "gone"))
    assert not gone.exists()
    with pytest.raises(DatasetError, match="gone can't be loaded"):
        gone.load()


def test_a_node_does_not_save_it(folder):
    with pytest.raises(DatasetError, match="can't be saved by a node; 'kedro run' with its binding trains and logs it"):
        BoundModelDataset(model_uri=folder).save(1)


def test_it_describes_itself(folder):
    assert "factor" in str(BoundModelDataset(model_uri=folder, params={"factor": 4.0}))
