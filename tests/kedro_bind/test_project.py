from __future__ import annotations

import subprocess

from kedro_bind.project import GitQuery


def git(folder, *arguments):
    identity = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def test_the_store_in_the_project_is_not_a_change_of_it_but_anything_else_is(tmp_path):
    project = tmp_path / "projects" / "churn"
    project.mkdir(parents=True)
    assert GitQuery(project).state == {}
    git(tmp_path, "init")
    (project / "nodes.py").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "begin")
    (project / "mlflow.db").write_text("")
    (project / "mlflow.db-journal").write_text("")
    (project / "mlartifacts").mkdir()
    (project / "mlartifacts" / "model.pkl").write_text("")
    assert GitQuery(project).state["dirty"] is False
    (tmp_path / "other.txt").write_text("")
    assert GitQuery(project).state["dirty"] is True
    (tmp_path / "other.txt").unlink()
    (project / "nodes.py").write_text("changed")
    assert GitQuery(project).state["dirty"] is True
