"""The example of digits: one run trains once and logs two models, which predict without the project."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.kedro_project import KedroProject

pytestmark = [pytest.mark.slow, pytest.mark.needs(kedro="1.7")]
EXAMPLE = Path(__file__).parents[2] / "examples" / "digits"
PREDICT = """
import json, sys
import mlflow, pandas as pd
from mlflow.exceptions import MlflowException
from sklearn.datasets import load_digits

columns = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
images, digits = pd.DataFrame(load_digits().data[::5], columns=columns), load_digits().target[::5]

def refused(call):
    try:
        call()
    except Exception as error:
        return str(error)

recognizer, ranker = (mlflow.pyfunc.load_model(uri) for uri in sys.argv[1:])
strict = {"serving.answer": {"min_probability": 1.0}}
print(json.dumps({
    "right": float((recognizer.predict(images)["digit"] == digits).mean()),
    "ranked": float((ranker.predict(images).to_numpy().argmax(axis=1) == digits).mean()),
    "unsure": int((recognizer.predict(images, params=strict)["digit"] == -1).sum()),
    "pixel": refused(lambda: recognizer.predict(images.assign(pixel_0_0=17.0))),
    "type": refused(lambda: recognizer.predict(images, params={"serving.answer": {"min_probability": 2.0}})),
}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the example, checked and run."""
    path = tmp_path_factory.mktemp("example") / "digits"
    shutil.copytree(EXAMPLE, path, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    copied = KedroProject(path, "digits")
    copied.kedro("bind", "check", "--strict")
    copied.kedro("run", "--pipelines=digits,ranking")
    return copied


def test_both_models_predict_and_refuse_what_the_project_refuses(project, tmp_path):
    ranking = project.python("-c", FIND, project.store).stdout.split()[-1]
    script = tmp_path / "predict.py"
    script.write_text(PREDICT, encoding="utf-8")
    arguments = (str(script), "models:/digits@champion", ranking)
    printed = project.python(*arguments, cwd=tmp_path, MLFLOW_TRACKING_URI=project.store).stdout
    found = json.loads(printed.splitlines()[-1])
    assert found["right"] > 0.9
    assert found["ranked"] > 0.9
    assert found["unsure"] > 0
    assert "pixel_0_0: 360 values are not between 0 and 16" in found["pixel"]
    assert "min_probability is 2.0, which is not between 0 and 1" in found["type"]


FIND = """
import mlflow, sys
mlflow.set_tracking_uri(sys.argv[1])
experiments = [found.experiment_id for found in mlflow.search_experiments()]
models = mlflow.search_logged_models(experiments, output_format="list")
print(next(model.model_uri for model in models if model.name == "ranking"))
"""
"""Prints the URI of the model of `ranking`, which is not registered."""
