"""A model that is quick to load, logged by no binding."""

from __future__ import annotations

import mlflow
import pytest
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

from kedro_bind.scoring.scored_model import ScoredModel

CODE = """
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class Doubling(PythonModel):
    def predict(self, context, model_input, params=None):
        spend = model_input["spend"]
        if (spend == 13).any():
            raise RuntimeError("unlucky")
        if (spend < 0).any():
            raise MlflowException.invalid_parameter_value("spend is negative")
        found = pd.DataFrame({"double": spend * (params or {"factor": 2.0})["factor"]})
        return found.iloc[:1] if (spend == 99).any() else found


set_model(Doubling())
"""


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """Save a model of one node's worth of code."""
    folder = tmp_path_factory.mktemp("doubling")
    (folder / "doubling.py").write_text(CODE)
    signature = ModelSignature(
        Schema([ColSpec("long", "id", required=False), ColSpec("double", "spend")]),
        Schema([ColSpec("double", "double")]),
        ParamSchema([ParamSpec("factor", "double", 2.0)]),
    )
    mlflow.pyfunc.save_model(
        folder / "model", python_model=str(folder / "doubling.py"), signature=signature, pip_requirements=[]
    )
    return folder / "model"


@pytest.fixture
def model(model_folder):
    """The model as one whose predictions are verified to be row-wise."""
    metadata = Model.load(str(model_folder))
    return ScoredModel("models:/doubling/1", "1", str(model_folder), "0", True, "", metadata)
