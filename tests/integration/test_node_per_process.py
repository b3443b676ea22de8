"""Training with a process for each node, as orchestrators do, and then `kedro bind log`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml

from tests.kedro_project import clean_environment
from tests.mlflow_store import all_models

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "penguins"

STORE_ALL = """
"{anything}":
  type: pickle.PickleDataset
  filepath: data/02_between/{anything}.pkl
"""

ONE_BY_ONE = """
import itertools
import os
import sys

from importlib.metadata import entry_points

import kedro.framework.cli
import kedro.framework.session
import kedro_datasets.pandas.csv_dataset
import sklearn.compose
import sklearn.linear_model

for hooks in entry_points(group="kedro.hooks"):
    hooks.load()

nodes = sys.argv[1:]


def run_by_command(node):
    sys.argv = ["kedro", "run", "--pipelines=penguins", "--env=jobs", f"--nodes={node}"]
    kedro.framework.cli.main()


def run_by_session(node):
    from kedro.framework.project import settings
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(os.getcwd())
    session_class = getattr(settings, "SESSION_CLASS", KedroSession)
    with session_class.create(env="jobs") as session:
        session.run(pipeline_name="penguins", node_names=[node])


for node, run in zip(nodes, itertools.cycle([run_by_command, run_by_session])):
    child = os.fork()
    if not child:
        code = 1
        try:
            run(node)
            code = 0
        except SystemExit as end:
            code = end.code or 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{node} failed")
"""
"""Run each node in a process of its own, which has what takes seconds to import, and nothing of the project."""

PENGUINS = pd.DataFrame(
    {
        "island": ["Torgersen", "Biscoe", "Dream"],
        "bill_length_mm": [39.1, 47.5, 43.0],
        "bill_depth_mm": [18.7, 14.2, 18.3],
        "flipper_length_mm": [181.0, 209.0, 196.0],
        "body_mass_g": [3750.0, 4600.0, 3800.0],
        "sex": ["male", None, "female"],
    }
)


def test_a_process_for_each_node_gives_the_model_of_a_whole_run(tmp_path, empty_store):
    whole, path = copy_example(tmp_path / "whole"), copy_example(tmp_path / "parts")
    python(whole, "-m", "kedro", "run", "--pipelines=penguins")
    model_of_whole = model_of(whole)

    shutil.copy(empty_store, path / "mlflow.db")
    client = mlflow.MlflowClient(f"sqlite:///{path}/mlflow.db")
    experiment = client.create_experiment("jobs", artifact_location=str(path / "mlartifacts"))
    run_id = client.create_run(experiment).info.run_id  # who starts the jobs may open one run for all of them
    jobs = {"MLFLOW_TRACKING_URI": f"sqlite:///{path}/mlflow.db", "MLFLOW_RUN_ID": run_id}
    nodes = lineage_of(model_of_whole)["training"]
    output = python(path, "-c", ONE_BY_ONE, *nodes, **jobs)
    assert output.count("Completed 1 out of 1 tasks") == len(nodes)
    assert client.search_logged_models([experiment]) == []

    python(path, "-m", "kedro", "bind", "log", "penguins", "--env=jobs", **jobs)
    model = model_of(path)
    assert model.source_run_id == run_id
    assert plan_of(model) == plan_of(model_of_whole)
    assert answers_of(model) == answers_of(model_of_whole)


def copy_example(path):
    shutil.copytree(EXAMPLE, path, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    (path / "conf/jobs").mkdir()
    (path / "conf/jobs/catalog.yml").write_text(STORE_ALL)
    return path


def python(path, *arguments, **environment):
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=path,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def model_of(path):
    client = mlflow.MlflowClient(f"sqlite:///{path}/mlflow.db")
    (model,) = all_models(client)
    return model


def lineage_of(model):
    return yaml.safe_load(mlflow.artifacts.load_text(f"{model.artifact_location}/artifacts/plan/lineage.yml"))


def plan_of(model):
    """Return the plan; whether a pickle is the same byte for byte depends on what else the process holds."""
    plan = yaml.safe_load(mlflow.artifacts.load_text(f"{model.artifact_location}/artifacts/plan/plan.yml"))
    for artifact in plan["artifacts"].values():
        del artifact["sha256"]
    return plan


def answers_of(model):
    return mlflow.pyfunc.load_model(model.artifact_location).predict(PENGUINS).to_dict()
