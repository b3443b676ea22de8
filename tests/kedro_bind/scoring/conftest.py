"""A model to score with."""

from __future__ import annotations

import pytest
from mlflow.models import Model

from kedro_bind.scoring.scored_model import ScoredModel
from tests.kedro_bind.doubling import save_doubling


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """Save a model of one node's worth of code."""
    return save_doubling(tmp_path_factory.mktemp("doubling"))


@pytest.fixture
def model(model_folder):
    """The model as one whose predictions are verified to be row-wise."""
    metadata = Model.load(str(model_folder))
    return ScoredModel("models:/doubling/1", "1", str(model_folder), "0", True, "", metadata)
