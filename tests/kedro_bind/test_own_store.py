"""The lines that .gitignore lacks for the store in the project's folder."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from kedro_bind.own_store import database_in, log_missing_ignores
from tests.kedro_project import BINDING


def git(project):
    subprocess.run(["git", "init", "-q", str(project.path)], check=True)


def missing_lines(messages):
    (line,) = [line for line in messages if ".gitignore" in line]
    return line.splitlines()[1:]


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        ("", ["mlflow.db", "mlartifacts/"]),
        ("mlruns/*\n*.log\n", ["mlflow.db", "mlartifacts/"]),
        ("*.db\n", ["mlartifacts/"]),
        ("mlartifacts/\n", ["mlflow.db"]),
    ],
)
def test_the_missing_lines_are_logged(project, messages, ignored, expected):
    git(project)
    project.write(".gitignore", ignored)
    log_missing_ignores(project.path, project.path / "mlflow.db")
    assert missing_lines(messages) == expected


def test_a_project_in_a_folder_of_a_repository_has_lines_of_its_own(project, messages):
    subprocess.run(["git", "init", "-q", str(project.path.parent)], check=True)
    log_missing_ignores(project.path, project.path / "stores" / "runs.db")
    assert missing_lines(messages) == ["stores/runs.db", "mlartifacts/"]


def test_nothing_is_logged_where_git_ignores_both_or_is_not_used(project, messages, monkeypatch):
    log_missing_ignores(project.path, project.path / "mlflow.db")
    git(project)
    project.write(".gitignore", "mlflow.db\nmlartifacts\n")
    log_missing_ignores(project.path, project.path / "mlflow.db")
    project.write(".gitignore", "")
    monkeypatch.setenv("PATH", "")
    log_missing_ignores(project.path, project.path / "mlflow.db")
    assert messages == []


def test_only_a_database_in_the_project_is_its_own(tmp_path):
    assert database_in(tmp_path, f"sqlite:///{tmp_path}/mlflow.db") == tmp_path / "mlflow.db"
    for other in ("sqlite:////elsewhere/mlflow.db", "http://127.0.0.1:5000", tmp_path.as_uri()):
        assert database_in(tmp_path, other) is None


@pytest.mark.slow
def test_a_command_that_makes_the_store_says_so(project):
    git(project)
    project.write("conf/base/pipeline_ml.yml", BINDING)
    result = project.python("-m", "kedro_bind", "show", "models:/churn@champion", check=False)
    assert result.returncode == 1
    assert "add to .gitignore" in result.stderr
    assert "mlartifacts/" in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_the_run_that_makes_the_store_says_so_once(project):
    """The only run here that makes the tables itself."""
    git(project)
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {verify: false}\n")
    # MLflow 3.1 sends all log lines to standard error once it has made its tables.
    runs = [project.kedro("run", "--pipelines=churn") for _ in range(2)]
    first, second = (run.stdout + run.stderr for run in runs)
    assert "add to .gitignore" in first
    assert "add to .gitignore" not in second
    shutil.rmtree(project.path / ".git")
    (project.path / "mlflow.db").unlink()
    assert "add to .gitignore" not in project.kedro("run", "--pipelines=churn").stdout
