"""Fixtures of all tests."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import shutil
import sys
from pathlib import Path

import pytest
from packaging.version import Version

os.environ["DO_NOT_TRACK"] = "1"

from tests.kedro_project import KedroProject, make_project


def pytest_runtest_setup(item):
    """Skip a test of what an installed release lacks, marked with `needs(distribution="lowest version")`."""
    for mark in item.iter_markers("needs"):
        for distribution, lowest in mark.kwargs.items():
            installed = importlib.metadata.version(distribution)
            if Version(installed) < Version(lowest):
                pytest.skip(f"needs {distribution} {lowest}; {installed} is installed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Let a worker that has nothing to do take tests over from the other one: some take a minute."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture
def project(tmp_path, monkeypatch) -> KedroProject:
    """A project of this test's own, which is the working directory."""
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "KEDRO_"))]:
        monkeypatch.delenv(name)
    made = make_project(tmp_path / "project")
    monkeypatch.chdir(made.path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return made


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """An MLflow store with its tables and nothing in it: making one takes seconds."""
    import mlflow

    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(file.parent)  # the files of the default experiment are below the working directory of this moment
        mlflow.MlflowClient(tracking_uri=f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def store(project, empty_store):
    """The project's own MLflow store, empty; the MLflow of this process forgets it after the test."""
    import mlflow

    shutil.copy(empty_store, project.path / "mlflow.db")
    yield project.store
    while mlflow.active_run() is not None:
        mlflow.end_run()
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


@pytest.fixture
def messages():
    """What kedro_bind logs; Kedro configures logging anew, so pytest's own handler would be lost."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("kedro_bind")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)
