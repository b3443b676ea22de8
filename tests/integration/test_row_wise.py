"""The plan of a logged model says whether its rows are independent."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest
import yaml

from kedro_bind import LoggingError
from kedro_bind.packaging import save
from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow

DEPENDENT = ("    score =", "    scaled = scaled.ffill()\n    score =")
"""A fill from the row above, which the training data does not show: it has no missing values."""


def run(project, row_wise):
    project.write(
        "conf/base/pipeline_ml.yml", f"{BINDING}  model: {{registered_model_name: churn, row_wise: {row_wise}}}\n"
    )
    with project.session() as session:
        session.run(pipeline_names=["churn"])


def plan(project):
    mlflow.set_tracking_uri(project.store)
    (version,) = mlflow.MlflowClient().search_model_versions("name='churn'")
    folder = Path(mlflow.artifacts.download_artifacts(f"models:/churn/{version.version}"))
    (file,) = folder.rglob("plan.yml")
    lineage = yaml.safe_load((file.parent / "lineage.yml").read_text())
    found = yaml.safe_load(file.read_text())
    assert lineage["row_wise"] == found["row_wise"]
    return found


def make_rows_dependent(project):
    nodes = project.source / "nodes.py"
    text = nodes.read_text()
    assert DEPENDENT[0] in text
    nodes.write_text(text.replace(*DEPENDENT))


@pytest.mark.parametrize("row_wise", ["auto", "true"])
def test_a_model_that_is_row_wise(project, store, row_wise):
    run(project, row_wise)
    assert plan(project)["row_wise"] is True
    assert plan(project)["row_wise_reason"] == ""
    assert plan(project)["row_wise_declared"] is (row_wise == "true")


def test_a_model_that_is_not_row_wise(project, store, messages):
    make_rows_dependent(project)
    run(project, "auto")
    assert plan(project)["row_wise"] is False
    reason = plan(project)["row_wise_reason"]
    assert "differs" in reason
    question = f"{reason}; does a node of inference (these run in both: scale) fit something?"
    assert len([message for message in messages if question in message]) == 1


def test_a_model_that_is_declared_row_wise_and_is_not(project, store):
    make_rows_dependent(project)
    with pytest.raises(LoggingError, match=r"declared row-wise.*differs.*remove 'row_wise: true'"):
        run(project, "true")
    mlflow.set_tracking_uri(project.store)
    assert mlflow.MlflowClient().search_model_versions("name='churn'") == []


def test_row_independence_is_not_verified_if_it_is_switched_off(project, store):
    run(project, "false")
    assert plan(project)["row_wise"] is False
    assert plan(project)["row_wise_reason"] == "'row_wise' is false in the binding"


def test_a_run_warns_of_a_model_that_is_too_slow_for_the_search(project, store, monkeypatch, messages):
    monkeypatch.setattr(save, "_MOST_NODE_RUNS", 10)
    run(project, "auto")
    assert plan(project)["row_wise"] is False
    (warning,) = [line for line in messages if "too slow" in line]
    assert warning.startswith(
        "kedro_bind: churn: whether the model is row-wise is not determined: predicting is too slow"
    )
