"""A model that is quick to save and to load, and that no binding has logged."""

from __future__ import annotations

import mlflow
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

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


def save_doubling(folder):
    """Save the model, and return its folder."""
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
