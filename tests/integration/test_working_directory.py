"""Nothing of the working directory gets into a model."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import mlflow
import pytest

from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow


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
