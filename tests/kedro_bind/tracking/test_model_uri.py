"""The model that a name stands for, in a real store."""

from __future__ import annotations

import mlflow
import pytest

from conf_schema import Binding
from kedro_bind.errors import KedroBindError
from kedro_bind.tracking.model_uri import binding_model_uri, is_model_uri, pinned_uri


@pytest.fixture
def client(store):
    """A client of the project's store, which is MLflow's own now."""
    mlflow.set_tracking_uri(store)
    return mlflow.MlflowClient()


def binding(**model):
    return Binding.model_validate(
        {"training": {"tags": "training"}, "inference": {"tags": "inference"}, "input_name": "x", "model": model}
    )


def logged(client, name, *, ready=True):
    model = client.create_logged_model("0", name, tags={"kedro_bind.binding": name})
    if ready:
        client.finalize_logged_model(model.model_id, "READY")
    return model.model_id


@pytest.mark.parametrize("text", ["models:/churn@champion", "runs:/0123/model", "./model", "C:\\model"])
def test_a_uri_and_a_path_are_not_names(text):
    assert is_model_uri(text)
    assert not is_model_uri("churn")


def test_a_folder_of_a_model_is_not_a_name(tmp_path, monkeypatch):
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / "MLmodel").touch()
    monkeypatch.chdir(tmp_path)
    assert is_model_uri("churn")


def test_a_binding_stands_for_its_first_alias_or_else_its_latest_version():
    registered = binding(registered_model_name="customers", aliases=["champion", "other"])
    assert binding_model_uri("churn", registered) == "models:/customers@champion"
    assert binding_model_uri("churn", binding(registered_model_name="customers")) == "models:/customers/latest"


def test_a_binding_that_registers_nothing_stands_for_its_newest_model_that_is_ready(client):
    with pytest.raises(KedroBindError) as info:
        binding_model_uri("churn", binding())
    assert (info.value.binding, info.value.command) == ("churn", "kedro run --pipelines=churn")
    logged(client, "churn")
    newest = logged(client, "churn")
    logged(client, "churn", ready=False)
    logged(client, "other")
    assert binding_model_uri("churn", binding()) == f"models:/{newest}"


def test_an_alias_is_pinned_to_its_version_and_any_other_uri_stays(client):
    client.create_registered_model("churn")
    model_id = logged(client, "churn")
    client.create_model_version("churn", f"models:/{model_id}", model_id=model_id)
    client.set_registered_model_alias("churn", "champion", "1")
    assert pinned_uri("models:/churn@champion") == "models:/churn/1"
    for uri in (f"models:/{model_id}", "runs:/0123/model", "./model"):
        assert pinned_uri(uri) == uri
