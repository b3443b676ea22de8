"""The logged models that a command uses."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from kedro_bind.cli.logged_models import model_environment, model_uris
from kedro_bind.errors import KedroBindError


def test_without_a_project_a_model_is_named_by_its_uri():
    assert model_uris(["models:/churn@champion", "./model"], None, None, None, {}) == (
        "models:/churn@champion",
        "./model",
    )
    with pytest.raises(KedroBindError, match="'churn' is neither a model's URI nor a folder with a model"):
        model_uris(["models:/churn/1", "churn"], None, None, None, {})


def test_without_a_project_a_model_runs_in_this_environment(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/one")
    environment = model_environment(None)
    assert environment["PYTHONPATH"] == "/one"
    assert Path(environment["KEDRO_LOGGING_CONFIG"]).is_file()


def test_a_model_does_not_see_the_projects_code(monkeypatch, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "src")
    paths = ["/one", str(tmp_path / "src"), "", str(tmp_path / "link")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    environment = model_environment(SimpleNamespace(source_dir=tmp_path / "src"))
    assert environment["PYTHONPATH"] == "/one"
    assert environment["MLFLOW_TRACKING_URI"]
    assert environment["MLFLOW_REGISTRY_URI"]


def test_a_logging_configuration_of_the_user_stays(monkeypatch):
    monkeypatch.setenv("KEDRO_LOGGING_CONFIG", "mine.yml")
    assert model_environment(None)["KEDRO_LOGGING_CONFIG"] == "mine.yml"
