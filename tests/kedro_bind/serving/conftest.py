"""A model to serve."""

from __future__ import annotations

import mlflow
import pytest

from kedro_bind.serving.served_model import ServedModel
from tests.kedro_bind.doubling import save_doubling


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """Save a model of one node's worth of code."""
    return save_doubling(tmp_path_factory.mktemp("doubling"))


@pytest.fixture(scope="session")
def served(model_folder):
    """Load the model as version 3 of a registered one."""
    pyfunc = mlflow.pyfunc.load_model(str(model_folder))
    return ServedModel("doubling", "3", "models:/doubling/3", pyfunc, str(model_folder))
