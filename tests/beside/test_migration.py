"""A project in the shape of kedro-mlflow's tutorial moves its binding to a document, and keeps kedro-mlflow."""

from __future__ import annotations

import pandas as pd

from tests.tutorial_project import move_to_document, newest_model, predicted, write_tutorial


def test_the_model_predicts_what_that_of_kedro_mlflow_does(project, store, monkeypatch):
    monkeypatch.syspath_prepend(project.path / "src")  # which the model of kedro-mlflow needs
    write_tutorial(project, "kedro_mlflow.pipeline")
    project.write("conf/base/mlflow.yml", f"server:\n  mlflow_tracking_uri: {store}\n")
    project.kedro("run", "--pipeline=etl_app")
    project.kedro("run", "--pipeline=training")
    before, expected = newest_model(project), predicted(project)

    move_to_document(project)
    project.kedro("bind", "check")
    project.kedro("run", "--pipeline=training")
    assert newest_model(project).model_id != before.model_id
    pd.testing.assert_frame_equal(predicted(project), expected)
