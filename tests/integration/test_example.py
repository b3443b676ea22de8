"""The example, from training to answers over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from tests.kedro_project import clean_environment
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "penguins"
COLUMNS = ["island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"]
PENGUINS = {
    "dataframe_split": {
        "columns": COLUMNS,
        "data": [["Torgersen", 39.1, 18.7, 181.0, 3750.0, "male"], ["Biscoe", 46.1, None, 211.0, 4500.0, None]],
    }
}
SPECIES = ["Adelie", "Gentoo"]
MLFLOW_MODELS = [sys.executable, "-m", "mlflow", "models"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A copy of the example that has been run; its model is version 1 of `penguins`."""
    path = tmp_path_factory.mktemp("example") / "penguins"
    shutil.copytree(EXAMPLE, path, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    command = [sys.executable, "-m", "kedro", "run", "--pipelines=penguins"]
    result = subprocess.run(command, cwd=path, env=clean_environment(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    # MLflow 3.1 sends the log to standard error once it has made its tables.
    assert "registered as version 1 of 'penguins'" in result.stdout + result.stderr
    return path


@pytest.fixture(scope="module")
def elsewhere(trained, tmp_path_factory):
    """Another working directory, and the environment to reach the store of the example from there."""
    path = tmp_path_factory.mktemp("elsewhere")
    scripts = Path(sys.executable).parent
    environment = clean_environment(
        MLFLOW_TRACKING_URI=f"sqlite:///{trained}/mlflow.db",
        MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false",
        PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}",
    )
    return path, environment


@pytest.fixture(scope="module")
def server(elsewhere):
    """The example's model behind `mlflow models serve`."""
    path, environment = elsewhere
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [*MLFLOW_MODELS, "serve", "-m", "models:/penguins/1", "-p", str(port), "--env-manager", "local"]
    with serving(command, f"{address}/health", path, environment):
        yield f"{address}/invocations"


def test_mlflow_models_predict_works_from_another_folder(elsewhere):
    path, environment = elsewhere
    (path / "penguins.json").write_text(json.dumps(PENGUINS))
    command = [*MLFLOW_MODELS, "predict", "-m", "models:/penguins/1", "-i", "penguins.json", "-t", "json"]
    result = subprocess.run(
        [*command, "--env-manager", "local"], cwd=path, env=environment, capture_output=True, text=True, check=True
    )
    answer = json.loads(result.stdout[result.stdout.index('{"predictions"') :])
    assert [prediction["species"] for prediction in answer["predictions"]] == SPECIES


def test_mlflow_models_serve_predicts(server):
    status, answer = ask(server, PENGUINS)
    assert status == 200
    assert [prediction["species"] for prediction in answer["predictions"]] == SPECIES


def test_parameters_of_one_request_never_reach_another(server):
    def one(number):
        strict = number % 2 == 0
        _, answer = ask(server, {**PENGUINS, "params": {"min_probability": 1.1 if strict else 0.0}})
        uncertain = [prediction["species"] == "uncertain" for prediction in answer["predictions"]]
        return uncertain == [strict, strict]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(200)))


def test_bad_requests_get_a_400_and_the_server_lives(server):
    assert ask(server, {**PENGUINS, "params": {"min_probability": "high"}})[0] == 400
    assert ask(server, {"dataframe_split": {"columns": ["sex"], "data": [["male"]]}})[0] == 400
    status, output = ask(server, {**PENGUINS, "params": {"runner": "os.abort"}})
    assert status == 400
    assert "this model has no parameter 'runner'; a caller may set: min_probability" in output
    assert ask(server, PENGUINS)[0] == 200


def test_a_failing_node_is_named_and_the_next_request_is_fine(server):
    unknown = {"dataframe_split": {"columns": COLUMNS, "data": [["Atlantis", 39.1, 18.7, 181.0, 3750.0, "male"]]}}
    status, answer = ask(server, unknown)
    if status != 200:
        assert "encode" in answer
    assert ask(server, PENGUINS)[0] == 200


def test_check_finds_nothing_wrong(trained):
    command = [sys.executable, "-m", "kedro", "bind", "check"]
    result = subprocess.run(command, cwd=trained, env=clean_environment(), capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "1 binding in 1 file (env local): no problems"


def test_a_pipeline_predicts_with_the_champion(trained):
    command = [sys.executable, "-m", "kedro", "run", "--pipelines=score_daily"]
    subprocess.run(command, cwd=trained, env=clean_environment(), capture_output=True, text=True, check=True)
    table = pd.read_csv(trained / "data/07_model_output/species_of_the_day.csv")
    assert len(table) == 344
    assert table["species"].iloc[0] == "Adelie"
