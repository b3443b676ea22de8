"""Nothing of the working directory gets into a model."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from tests.kedro_project import BINDING, clean_environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def uv_project(project, store):
    """A project that uv manages, with a lock of uv's own making where uv is installed."""
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {registered_model_name: churn}\n")
    (project.path / ".python-version").write_text("3.11\n")
    (project.path / "python_env.yaml").write_text("python: 2.7\n")
    (project.path / "constraints.txt").write_text("kedro<1\n")
    (project.path / "requirements.txt").write_text("kedro<1\n")
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "lock", "--offline", "--quiet"], cwd=project.path, check=True)
    else:
        name = f'name = "{project.package}"\nversion = "0.1"\nsource = {{ editable = "." }}\n'
        project.write("uv.lock", f'version = 1\nrequires-python = ">=3.10"\n\n[[package]]\n{name}')
    return project


def test_a_lock_of_the_project_does_not_get_into_the_model(uv_project):
    with uv_project.session() as session:
        session.run(pipeline_names=["churn"])
    mlflow.set_tracking_uri(uv_project.store)
    folder = Path(mlflow.artifacts.download_artifacts("models:/churn/1", dst_path=str(uv_project.path / "model")))
    assert {entry.name for entry in folder.iterdir()} == {
        *("MLmodel", "bound_model.py", "code", "artifacts", "picture.html"),
        *("requirements.txt", "conda.yaml", "python_env.yaml"),
        "registered_model_meta",  # written by the download
        *("input_example.json", "serving_input_example.json"),
    }
    assert "kedro<1" not in (folder / "requirements.txt").read_text()
    assert "2.7" not in (folder / "python_env.yaml").read_text()


@pytest.fixture
def wheels(tmp_path):
    """A folder with a wheel of kedro_bind, for what is installed by uv; from its cache, or from a package index."""
    uv = shutil.which("uv")
    if not uv:
        pytest.skip("uv is not installed")
    common = f"mlflow=={importlib.metadata.version('mlflow')}\nsetuptools\n"
    probe = subprocess.run(
        [uv, "pip", "compile", "--quiet", "-"], input=common, capture_output=True, text=True, check=False
    )
    if probe.returncode:
        pytest.skip("uv has neither a package index nor a cache that suffices")
    sources = tmp_path / "sources"
    for package in ("conf_schema", "kedro_bind"):
        shutil.copytree(ROOT / package, sources / package)
    for file in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / file, sources)
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path / "wheels", sources], check=True)
    return tmp_path / "wheels"


def test_a_model_predicts_in_an_environment_that_uv_makes_for_it(uv_project, wheels, tmp_path):
    with uv_project.session() as session:
        session.run(pipeline_names=["churn"])
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps({"dataframe_split": {"columns": ["spend", "visits"], "data": [[1.0, 2]]}}))
    path = f"{Path(sys.executable).resolve().parent}{os.pathsep}{os.environ['PATH']}"  # where uv looks for this Python
    environment = clean_environment(MLFLOW_TRACKING_URI=uv_project.store, UV_FIND_LINKS=str(wheels), PATH=path)
    environment.pop("PYTHONPATH", None)  # it may have the kedro_bind of this test
    command = ["mlflow", "models", "predict", "--model-uri=models:/churn/1", "--env-manager=uv"]
    done = subprocess.run(
        [sys.executable, "-m", *command, f"--input-path={rows}", "--content-type=json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (prediction,) = json.loads(done.stdout.splitlines()[-1])["predictions"]
    assert set(prediction) == {"score", "churns"}
