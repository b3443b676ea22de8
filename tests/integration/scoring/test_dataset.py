"""A logged model as an entry of the catalog."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.io.core import DatasetError

from tests.integration.scoring.conftest import people
from tests.integration.scoring.test_tables import URI, expected, store  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


def catalog(**more):
    return DataCatalog.from_config({"champion": {"type": "kedro_bind.BoundModelDataset", "model_uri": URI, **more}})


def test_a_node_calls_what_is_loaded_with_a_table(expected):  # noqa: F811 - a fixture
    entry = catalog()["champion"]
    assert entry.exists()
    model = entry.load()
    assert model.uri == "models:/people/1"
    pd.testing.assert_frame_equal(model(people(1000)), expected)
    assert entry.load() is model
    assert pickle.loads(pickle.dumps(entry)).load().uri == model.uri


def test_parameters_of_the_entry_and_of_a_call():
    model = catalog(params={"mark": "?", "threshold": 1.0}).load("champion")
    assert model(people(1))["name"].tolist() == ["north?"]
    assert model(people(1), mark="#")["name"].tolist() == ["north#"]


def test_a_model_that_is_not_there():
    entry = catalog(model_uri="models:/nobody@champion")["champion"]
    assert not entry.exists()
    with pytest.raises(DatasetError, match="the model models:/nobody@champion can't be loaded"):
        entry.load()


def test_a_node_does_not_save_it():
    with pytest.raises(DatasetError, match="can't be saved by a node"):
        catalog().save("champion", 1)


def test_importing_the_package_imports_neither_kedro_nor_mlflow():
    code = "import sys, kedro_bind; assert not {'kedro', 'mlflow', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
