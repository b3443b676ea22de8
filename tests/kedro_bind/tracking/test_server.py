"""Addresses of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedro_bind.tracking.server import resolved_uri

PROJECT = Path("/home/me/project")


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ("mlruns", "file:///home/me/project/mlruns"),
        ("data/runs", "file:///home/me/project/data/runs"),
        ("/srv/mlruns", "file:///srv/mlruns"),
        ("sqlite:///mlflow.db", "sqlite:////home/me/project/mlflow.db"),
        ("sqlite:////srv/mlflow.db", "sqlite:////srv/mlflow.db"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("postgresql://me@host/mlflow", "postgresql://me@host/mlflow"),
        ("s3://bucket/runs", "s3://bucket/runs"),
        ("databricks", "databricks"),
        ("databricks-uc", "databricks-uc"),
        ("databricks://profile", "databricks://profile"),
    ],
)
def test_a_path_is_relative_to_the_project(given, resolved):
    assert resolved_uri(given, PROJECT) == resolved
