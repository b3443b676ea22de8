"""What of a binding's options MLflow gets."""

from __future__ import annotations

import mlflow
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from kedro_bind.errors import LoggingError
from kedro_bind.project import Origin
from kedro_bind.tracking.log import log_model
from tests.bindings import resolved

QUICK = {"verify": False, "signature": None, "input_example": None, "code_paths": None}


def log(**options):
    binding = resolved(Pipeline([node(len, "x", "out", name="count")]), log_model_kwargs={**QUICK, **options})
    return log_model(binding, DataCatalog(), Origin("project"))


@pytest.mark.slow
def test_params_are_logged_without_credentials(project, store):
    mlflow.set_tracking_uri(store)
    with mlflow.start_run() as run:
        log(params={"api_key": "param-Key-9911", "depth": 3})
    (model,) = mlflow.MlflowClient().search_logged_models([run.info.experiment_id])
    assert model.params == {"api_key": "***", "depth": "3"}
    files = [file for file in project.path.rglob("*") if file.is_file()]
    assert [file for file in files if b"param-Key-9911" in file.read_bytes()] == []


def test_a_model_config_with_credentials_is_refused():
    with pytest.raises(LoggingError) as raised:
        log(model_config={"token": "config-Key-8822"})
    assert str(raised.value) == (
        "'model_config' has credentials in it (model_config.token), and the model would have them too"
        "; read them from environment variables where the model uses them"
    )
