"""Loads the plan beside it; written by kedro_bind."""

from mlflow.models import set_model

from kedro_bind.model.runtime import BoundModel

set_model(BoundModel())
