"""The private parts of MLflow that kedro_bind uses exist, and its limits are what kedro_bind expects."""

from __future__ import annotations

import inspect
import json

import mlflow
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.models.utils import _enforce_params_schema
from mlflow.pyfunc import PyFuncModel, PythonModel
from mlflow.tracking.request_header.registry import _request_header_provider_registry as registry
from mlflow.types import DataType, ParamSchema, ParamSpec
from mlflow.utils.conda import get_or_create_conda_env
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.validation import MAX_ENTITY_KEY_LENGTH, MAX_PARAM_VAL_LENGTH, MAX_TAG_VAL_LENGTH
from mlflow.utils.virtualenv import _get_or_create_virtualenv

from kedro_bind.tracking import metrics
from kedro_bind.tracking.parameters import MOST_CHARACTERS
from kedro_bind.tracking.registration import VERSIONS_TAG
from kedro_bind.tracking.run_tags import error_tags


def test_a_header_provider_can_be_registered_and_removed():
    before = list(registry)
    provider = object()
    registry.register(lambda: provider)
    assert list(registry) == [*before, provider]
    registry._registry.remove(provider)
    assert list(registry) == before


def test_mlflow_names_runs_by_a_function_of_its_own():
    assert _generate_random_name().count("-") == 2


def test_the_limits_are_mlflows():
    assert MOST_CHARACTERS == MAX_PARAM_VAL_LENGTH
    assert metrics.MOST_CHARACTERS == MAX_ENTITY_KEY_LENGTH
    assert len(error_tags(ValueError("a" * 10_000))["kedro_bind.error.message"]) == MAX_TAG_VAL_LENGTH


def test_an_object_with_a_name_and_save_model_is_a_flavor(store):
    class Flavor:
        __name__ = "mlflow.pyfunc"

        def save_model(self, path, mlflow_model, **_):
            self.saved = path
            mlflow.pyfunc.save_model(path, mlflow_model=mlflow_model, python_model=Constant())

    flavor = Flavor()
    mlflow.set_tracking_uri(store)
    with mlflow.start_run():
        info = Model.log(None, flavor, name="model")
    assert flavor.saved
    assert mlflow.pyfunc.load_model(info.model_uri).predict([1]) == 7


class Inherited:
    def predict(self, context, model_input, params=None):  # noqa: ARG002 - MLflow passes them
        return 7


class Constant(Inherited, PythonModel):
    pass


class Wrapper:
    def __init__(self, python_model):
        self.python_model = python_model

    def predict(self, model_input):
        return self.python_model.predict(None, model_input)


def test_an_inherited_predict_is_not_wrapped():
    assert Constant.predict is Inherited.predict


def test_the_predict_method_of_loaded_models_can_be_replaced(monkeypatch):
    assert list(inspect.signature(PyFuncModel.predict).parameters) == ["self", "data", "params"]
    monkeypatch.setattr(PyFuncModel, "predict", lambda self, data, params=None: (data, params))
    model = PyFuncModel(Model(flavors={"python_function": {"loader_module": "none"}}), Constant())
    assert model.predict(1, {"k": 2}) == (1, {"k": 2})
    assert isinstance(PyFuncModel(model.metadata, Wrapper(Constant())).unwrap_python_model(), Constant)


def test_mlflows_own_registration_lists_versions_in_the_tag_of_a_logged_model(store):
    mlflow.set_tracking_uri(store)
    client = mlflow.MlflowClient()
    model = client.create_logged_model("0", "churn")
    client.finalize_logged_model(model.model_id, "READY")
    mlflow.register_model(f"models:/{model.model_id}", "churn")
    links = json.loads(client.get_logged_model(model.model_id).tags[VERSIONS_TAG])
    assert [(link["name"], str(link["version"])) for link in links] == [("churn", "1")]


def test_environments_of_models_are_made_by_functions_with_these_arguments():
    assert {"local_model_path", "env_manager", "capture_output"} <= set(
        inspect.signature(_get_or_create_virtualenv).parameters
    )
    assert {"conda_env_path", "capture_output"} <= set(inspect.signature(get_or_create_conda_env).parameters)


def test_parameters_are_enforced_by_a_function_that_fills_in_the_defaults():
    schema = ParamSchema([ParamSpec("threshold", DataType.double, 0.5), ParamSpec("label", DataType.string, "yes")])
    assert _enforce_params_schema({"threshold": 1}, schema) == {"threshold": 1.0, "label": "yes"}
    with pytest.raises(MlflowException, match="threshold"):
        _enforce_params_schema({"threshold": "high"}, schema)
