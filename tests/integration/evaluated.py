"""A project whose model is scored on a holdout, small enough to know every score by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mlflow

if TYPE_CHECKING:
    from tests.kedro_project import KedroProject

NODES = """
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd


def fit(customers: pd.DataFrame, shift: float) -> dict:
    return {"threshold": float(customers["spend"].mean()) + shift}


def predict(customers: pd.DataFrame, classifier: dict) -> pd.DataFrame:
    spend = customers["spend"]
    return pd.DataFrame({"churns": spend > classifier["threshold"], "margin": spend - classifier["threshold"]})


def score(predictions: pd.DataFrame, labels: pd.DataFrame, scale: float) -> dict:
    right = predictions["churns"] == labels["churned"]
    return {"accuracy": scale * float(right.mean()), "margin": {"mean": float(predictions["margin"].mean())}}


def count(predictions: pd.DataFrame) -> int:
    if Path("break-the-registry").exists():
        with closing(sqlite3.connect("mlflow.db")) as store, store:
            store.execute("ALTER TABLE registered_model_aliases RENAME TO broken")
    return len(predictions)


def side_by_side(predictions: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    return predictions.assign(churned=labels["churned"])
"""
PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(nodes.fit, ["customers", "params:shift"], "classifier", name="fit", tags="training"),
        node(nodes.predict, ["customers", "classifier"], "predictions", name="predict", tags="inference"),
    ])
"""
EVALUATION = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(nodes.score, ["predictions", "labels", "params:scale"], "scores", name="score"),
        node(nodes.count, "predictions", "rows", name="count"),
        node(nodes.side_by_side, ["predictions", "labels"], "compared", name="side_by_side"),
    ])
"""
CATALOG = """
customers: {type: pandas.CSVDataset, filepath: data/customers.csv}
holdout: {type: pandas.CSVDataset, filepath: data/holdout.csv}
labels: {type: pandas.CSVDataset, filepath: data/labels.csv}
classifier: {type: pickle.PickleDataset, filepath: data/classifier.pkl}
compared: {type: pandas.CSVDataset, filepath: data/compared.csv}
"""
BINDING = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: customers
  evaluation: {pipeline: evaluation, input_name: holdout}
  model:
    registered_model_name: churn
    aliases: [champion]
    promote_if: accuracy >= champion
"""
CUSTOMERS = "spend\n" + "".join(f"{value}.0\n" for value in range(21))  # the mean is 10
HOLDOUT = "spend\n" + "".join(f"{value}.0\n" for value in range(40))
LABELS = "churned\n" + "".join(f"{value > 10}\n" for value in range(40))
"""Right is what a model with the threshold 10 says: it is trained with the shift 0."""


def evaluate_in(project: KedroProject, binding: str = BINDING) -> KedroProject:
    """Write into a project the pipelines, the data and the binding of this module."""
    source = f"src/{project.package}"
    project.write(f"{source}/nodes.py", NODES)
    project.write(f"{source}/pipelines/data_science/__init__.py", PIPELINE)
    project.write(f"{source}/pipelines/evaluation/__init__.py", EVALUATION)
    (project.path / source / "pipelines" / "reporting" / "__init__.py").unlink(missing_ok=True)
    (project.path / source / "pipelines" / "reporting").rmdir()
    project.write("conf/base/catalog.yml", CATALOG)
    project.write("conf/base/parameters.yml", "shift: 0.0\nscale: 1.0\n")
    project.write("conf/base/pipeline_ml.yml", binding)
    project.write("data/customers.csv", CUSTOMERS)
    project.write("data/holdout.csv", HOLDOUT)
    project.write("data/labels.csv", LABELS)
    return project


def train(project: KedroProject, shift: float = 0.0, **parameters: float) -> None:
    """Train and log a model; the greater the shift, the worse it is."""
    with project.session(runtime_params={"shift": shift, **parameters}) as session:
        session.run(pipeline_names=["churn"])


def client_of(project: KedroProject) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(tracking_uri=project.store)


def champion(project: KedroProject) -> str:
    return str(client_of(project).get_model_version_by_alias("churn", "champion").version)


def version(project: KedroProject, number: int | str):
    return client_of(project).get_model_version("churn", str(number))
