"""A project in the shape of kedro-mlflow's tutorial moves: first its imports, then its binding to a document."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from tests.tutorial_project import move_to_document, newest_model, predicted, write_tutorial

pytestmark = pytest.mark.slow


@pytest.fixture
def tutorial(project, store):
    write_tutorial(project, "kedro_bind")
    project.kedro("run", "--pipeline=etl_app")
    return project


def test_the_import_then_the_document(tutorial):
    tutorial.kedro("run", "--pipeline=training")
    by_code = predicted(tutorial)
    assert newest_model(tutorial).name == "kedro_mlflow_tutorial"
    assert by_code["positive"].tolist() == [False, True]

    move_to_document(tutorial)
    document = yaml.safe_load((tutorial.path / "conf/base/pipeline_ml.yml").read_text())
    assert document == {
        "training": {
            "training": {"pipeline": "ml_app", "tags": "training"},
            "inference": {"pipeline": "inference"},
            "input_name": "instances",
            "copy_mode": {"model": "assign"},
            "model": {"name": "kedro_mlflow_tutorial"},
        }
    }
    tutorial.kedro("bind", "check")
    tutorial.kedro("run", "--pipeline=training")
    pd.testing.assert_frame_equal(predicted(tutorial), by_code)


def test_a_training_pipeline_without_a_name_of_its_own(tutorial):
    result = tutorial.kedro("bind", "init", "--from-code=training", check=False)
    assert result.returncode == 1
    assert "register its training pipeline under a name of its own in register_pipelines()" in result.stderr
    assert not (tutorial.path / "conf/base/pipeline_ml.yml").exists()
