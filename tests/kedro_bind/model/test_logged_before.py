"""Models that earlier versions logged still load, and their predictions are the same."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

LOGGED = Path(__file__).with_name("logged")
CUSTOMERS = pd.DataFrame({"spend": [12.5, 20.0, 31.0], "visits": [1, 4, 9]})
# What training fitted: the scaler's mean and standard deviation, the classifier's weight and bias.
MEAN, STD, WEIGHT, BIAS = 21.15, 6.822098331233994, -3.0, 5.1
SCORE = WEIGHT * (CUSTOMERS["spend"] - MEAN) / STD + BIAS - CUSTOMERS["visits"]


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a logged model by its folder's name; unload its code after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda name: mlflow.pyfunc.load_model(str(shutil.copytree(LOGGED / name, tmp_path / name)))
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["format_1", "format_2", "format_2_by_hand"])
def test_it_predicts_with_what_training_fitted(load, name):
    predictions = load(name).predict(CUSTOMERS)
    np.testing.assert_allclose(predictions["score"], SCORE)
    assert predictions["churns"].tolist() == (SCORE > 0).tolist()


@pytest.mark.parametrize("name", ["format_1", "format_2"])
def test_it_accepts_the_parameters_that_a_caller_may_set(load, name):
    predictions = load(name).predict(CUSTOMERS, params={"threshold": 2.0})
    assert predictions["churns"].tolist() == (SCORE > 2).tolist() != (SCORE > 0).tolist()
