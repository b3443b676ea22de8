"""One logged model behind MLflow's server and behind ours."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.kedro_project import BINDING, clean_environment, make_project
from tests.servers import free_port, serving

NODES = """
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST


def fit(people: pd.DataFrame) -> dict:
    return {"mean": float(people["spend"].mean())}


def score(people: pd.DataFrame, fitted: dict, threshold: float, top: int, mark: str, strict: bool) -> pd.DataFrame:
    score = people["spend"] - fitted["mean"] + people["visits"] + people["age"].fillna(0.0)
    from . import late

    marked = people["region"].fillna("none") + mark + late.SUFFIX
    if strict and (people["region"] == "boom").any():
        raise RuntimeError("secret of a customer")
    if (people["region"] == "lost").any():
        raise MlflowException("no model at /srv/secret", error_code=RESOURCE_DOES_NOT_EXIST)
    visits = people["visits"].clip(upper=top)
    return pd.DataFrame({"score": score, "over": score > threshold, "region": marked, "top": visits})
"""
PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    inputs = ["people", "fitted", "params:threshold", "params:top", "params:mark", "params:strict"]
    return Pipeline([
        node(nodes.fit, "people", "fitted", name="fit", tags="training"),
        node(nodes.score, inputs, "scores", name="score", tags="inference"),
    ])
"""
CATALOG = """
fitted: {{type: pickle.PickleDataset, filepath: data/fitted.pkl}}
"""
PLAIN = """
people: {{type: pandas.CSVDataset, filepath: data/people.csv}}
"""
VALIDATES = find_spec("kedro.validation") is not None
"""Whether Kedro has validators: 1.7 and later."""
VALIDATED = """
people: {{type: pandas.CSVDataset, filepath: data/people.csv, validator: {package}.schemas.check_people}}
scores: {{type: MemoryDataset, validator: {{class: {package}.schemas.check_scores, on: save}}}}
"""
SCHEMAS = """
import pandas as pd


def check_people(people: pd.DataFrame) -> pd.DataFrame:
    if (people["spend"] == -12345.0).any():
        raise ValueError("spend is not possible")
    return people


def check_scores(scores: pd.DataFrame) -> pd.DataFrame:
    if (scores["top"] == -12345).any():
        raise ValueError("top is not possible")
    return scores
"""
MODEL = "  model: {registered_model_name: people, aliases: [champion], row_wise: true}\n"


@dataclass(frozen=True)
class Served:
    """The addresses of both servers, and the folder of the model that both have."""

    mlflow: str
    ours: str
    folder: Path
    uri: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def logged(tmp_path_factory):
    """A project that has logged its model."""
    path = tmp_path_factory.mktemp("serving") / "project"
    project = make_project(path, BINDING.replace("churn:", "people:").replace("customers", "people") + MODEL)
    source = f"src/{project.package}"
    project.write(f"{source}/nodes.py", NODES)
    project.write(f"{source}/pipelines/data_science/__init__.py", PIPELINE)
    project.write(f"{source}/late.py", "SUFFIX = ''\n")
    shutil.rmtree(project.source / "pipelines/reporting")
    project.write(
        "conf/base/catalog.yml", (CATALOG + (VALIDATED if VALIDATES else PLAIN)).format(package=project.package)
    )
    project.write(f"{source}/schemas.py", SCHEMAS)
    project.write("conf/base/parameters.yml", "threshold: 0.5\ntop: 3\nmark: '!'\nstrict: true\n")
    regions = ("", "north", "south", "north")
    rows = "".join(f"{row / 2},{row % 7},{row if row % 5 else ''},{regions[row % 4]}\n" for row in range(40))
    project.write("data/people.csv", "spend,visits,age,region\n" + rows)
    project.kedro("run", "--pipelines=people")
    return project


@pytest.fixture(scope="session")
def two_versions(logged):
    """The project with a second version of its model, of other code; the alias stays with the first one."""
    late = f"src/{logged.package}/late.py"
    logged.write(late, "SUFFIX = '2'\n")
    logged.kedro("bind", "log", "people", "--force")
    logged.write(late, "SUFFIX = ''\n")
    MlflowClient(logged.store).set_registered_model_alias("people", "champion", "1")
    return logged


@pytest.fixture(scope="session")
def server_environment(logged):
    """The environment of a server that finds the project's store."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return clean_environment(MLFLOW_TRACKING_URI=logged.store, PATH=path)


@pytest.fixture(scope="session")
def served(logged, server_environment, tmp_path_factory):
    """Both servers, until the end of the session."""
    environment = server_environment
    uri, ports = "models:/people@champion", (free_port(), free_port())
    theirs, ours = (f"http://127.0.0.1:{port}" for port in ports)
    of_mlflow = [sys.executable, "-m", "mlflow", "models", "serve", "-m", uri, "--env-manager", "local", "-p"]
    of_ours = [sys.executable, "-m", "kedro_bind", "serve", uri, "--batch", "--max-body", "2000000", "--port"]
    folders = tmp_path_factory.mktemp("theirs"), tmp_path_factory.mktemp("ours")
    with (
        serving([*of_mlflow, str(ports[0])], f"{theirs}/health", folders[0], environment),
        serving([*of_ours, str(ports[1])], f"{ours}/health", folders[1], environment),
    ):
        yield Served(theirs, ours, logged.path, uri, environment)
