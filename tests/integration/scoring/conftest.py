"""A project that has logged a row-wise model of many kinds of columns, one that is not, and one with a validator."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from packaging.version import Version

from tests.kedro_project import clean_environment, make_project

NODES = """
import pandas as pd


def fit_mean(people: pd.DataFrame) -> dict:
    return {"mean": float(people["spend"].mean())}


def fit_regions(people: pd.DataFrame) -> dict:
    return {region: place for place, region in enumerate(sorted(people["region"].dropna().unique()))}


def score(people: pd.DataFrame, mean: dict, regions: dict, threshold: float, mark: str) -> pd.DataFrame:
    print("a model may print")
    if (people["spend"] == 666.0).any():
        raise RuntimeError("the number of the beast")
    score = people["spend"] - mean["mean"] + people["visits"] + people["age"].fillna(0.0)
    return pd.DataFrame({
        "score": score,
        "over": score > threshold,
        "place": people["region"].map(regions).astype("float64"),
        "name": people["region"].fillna("none") + mark,
        "day": people["day"] + pd.Timedelta(days=1),
    })


def rank(people: pd.DataFrame, mean: dict) -> pd.DataFrame:
    return pd.DataFrame({"rank": people["spend"].rank(), "mean": people["spend"].mean(), "count": len(people)})


def double(checked: pd.DataFrame, mean: dict) -> pd.Series:
    return checked["spend"] * 2
"""
PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    inputs = ["people", "mean", "regions", "params:threshold", "params:mark"]
    return Pipeline([
        node(nodes.fit_mean, "people", "mean", name="fit_mean", tags="training"),
        node(nodes.fit_regions, "people", "regions", name="fit_regions", tags="training"),
        node(nodes.score, inputs, "scores", name="score", tags="inference"),
        node(nodes.rank, ["people", "mean"], "ranks", name="rank", tags="ranking"),
        node(nodes.fit_mean, "checked", "checked_mean", name="fit_checked", tags="doubling_training"),
        node(nodes.double, ["checked", "checked_mean"], "doubles", name="double", tags="doubling"),
    ])
"""
SCHEMAS = """
import pandas as pd


def at_most_99_visits(data: pd.DataFrame) -> pd.DataFrame:
    if (data["visits"] > 99).any():
        raise ValueError("too many visits")
    return data
"""
CATALOG = """
checked:
  type: pandas.ParquetDataset
  filepath: data/people.parquet
  validator: {package}.schemas.at_most_99_visits
checked_mean: {type: pickle.PickleDataset, filepath: data/checked_mean.pkl}
people: {type: pandas.ParquetDataset, filepath: data/people.parquet}
mean: {type: pickle.PickleDataset, filepath: data/mean.pkl}
regions: {type: pickle.PickleDataset, filepath: data/regions.pkl}
customers: {type: pandas.ParquetDataset, filepath: data/customers.parquet}
customers_csv: {type: pandas.CSVDataset, filepath: data/customers.csv, load_args: {sep: ";"}}
customers_pickle: {type: pickle.PickleDataset, filepath: data/customers.pkl}
scored: {type: pandas.ParquetDataset, filepath: data/scored.parquet}
scored_pickle: {type: pickle.PickleDataset, filepath: data/scored.pkl}
"""
BINDINGS = """
people:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: people
  model: {registered_model_name: people, aliases: [champion], row_wise: true}
ranks:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: ranking}
  input_name: people
  model: {registered_model_name: ranks}
doubles:
  training: {pipeline: data_science, tags: doubling_training}
  inference: {pipeline: data_science, tags: doubling}
  input_name: checked
  model: {registered_model_name: doubles}
"""
RUN = """
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

bootstrap_project(".")
for binding in ("people", "ranks", "doubles"):
    with KedroSession.create(project_path=".") as session:
        session.run(pipeline_names=[binding])
"""
VALIDATOR = "  validator: {package}.schemas.at_most_99_visits\n"
HAS_VALIDATORS = Version(importlib.metadata.version("kedro")) >= Version("1.7")
REGIONS = ["north", "south", None, "été; 'x'\nsouth"]


@dataclass(frozen=True)
class Scoring:
    """The project, the environment that reaches its store, and a folder."""

    project: Path
    environment: dict[str, str]

    def predict(self, *arguments: str, check: bool = True, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kedro_bind", "predict", *map(str, arguments)]
        result = subprocess.run(
            command,
            cwd=cwd or self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        if check:
            assert result.returncode == 0, result.stdout + result.stderr
        return result

    def refused(self, *arguments: str, cwd: Path | None = None) -> str:
        result = self.predict(*arguments, check=False, cwd=cwd)
        assert result.returncode != 0
        assert "Traceback" not in result.stderr
        assert result.stdout == ""
        return " ".join(result.stderr.split())


def people(rows: int, start: int = 0) -> pd.DataFrame:
    """Make a table with an id, strings, missing values and dates."""
    number = np.arange(start, start + rows)
    return pd.DataFrame(
        {
            "customer_id": [f"{row:05}" for row in number],
            "spend": number / 2,
            "visits": number % 7,
            "age": np.where(number % 5 == 0, np.nan, number % 90),
            "region": pd.Series([REGIONS[row % 4] for row in number], dtype="str"),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(number % 365, unit="D"),
        }
    )


@pytest.fixture(scope="session")
def logged(tmp_path_factory, empty_store) -> Scoring:
    project = make_project(tmp_path_factory.mktemp("scoring") / "project", BINDINGS)
    source = f"src/{project.package}"
    project.write(f"{source}/nodes.py", NODES)
    project.write(f"{source}/pipelines/data_science/__init__.py", PIPELINE)
    shutil.rmtree(project.source / "pipelines/reporting")
    project.write(f"{source}/schemas.py", SCHEMAS)
    project.write("conf/base/catalog.yml", CATALOG if HAS_VALIDATORS else CATALOG.replace(VALIDATOR, ""))
    project.write("conf/base/parameters.yml", "threshold: 0.5\nmark: '!'\n")
    people(60).drop(columns="customer_id").to_parquet(project.path / "data/people.parquet")
    shutil.copy(empty_store, project.path / "mlflow.db")
    project.write("log_all.py", RUN)  # pyspark ends a process of `python -c` that imports it where grpc is missing
    project.python("log_all.py")
    return Scoring(project.path, clean_environment(MLFLOW_TRACKING_URI=project.store))
