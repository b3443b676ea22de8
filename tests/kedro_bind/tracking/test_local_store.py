"""A store in a file that does not exist yet, and one that is broken."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import mlflow
import pytest

from kedro_bind.errors import LoggingError
from kedro_bind.process.owners import this_process
from kedro_bind.tracking.local_store import make_store
from tests.kedro_project import BINDING, clean_environment

pytestmark = pytest.mark.slow

QUICK = BINDING + "  model: {verify: false}\n"


def test_two_first_runs_at_once_share_one_store(project):
    project.write("conf/base/pipeline_ml.yml", QUICK)
    first_runs = [
        subprocess.Popen(
            [sys.executable, "-m", "kedro", "run", "--pipelines=churn", "--params=depth=" + str(depth)],
            cwd=project.path,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for depth in (1, 2)
    ]
    output = [run.communicate(timeout=300)[0] for run in first_runs]
    assert [run.returncode for run in first_runs] == [0, 0], "\n".join(output)
    client = mlflow.MlflowClient(tracking_uri=project.store)
    (experiment,) = [
        experiment.experiment_id for experiment in client.search_experiments() if experiment.name == project.package
    ]
    runs = client.search_runs([experiment])
    assert sorted(run.data.params["depth"] for run in runs) == ["1", "2"]
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert [path.name for path in project.path.glob("mlflow.db*")] == ["mlflow.db"]


def test_an_existing_store_is_left_alone_and_the_file_of_a_killed_process_is_removed(tmp_path):
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"whatever")
    left = tmp_path / f"mlflow.db.{replace(this_process(), start='1')}"
    left.touch()
    make_store(f"sqlite:///{file}")
    assert file.read_bytes() == b"whatever"
    assert list(tmp_path.iterdir()) == [file]


def test_a_store_that_can_not_be_created_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    for place in ("a" * 300 + ".db", "file/mlflow.db"):
        with pytest.raises(LoggingError, match=r"the store sqlite:///.* can't be created: "):
            make_store(f"sqlite:///{tmp_path}/{place}")


@pytest.mark.parametrize("name", ["", ":memory:"])
def test_a_store_in_memory_is_left_to_mlflow(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert make_store(f"sqlite:///{name}") is False
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["half", "other", "none"])
def test_a_broken_store_is_reported_as_such(project, store, kind):
    import sqlite3

    file = project.path / "mlflow.db"
    if kind == "none":
        file.write_bytes(b"not a database at all" * 100)
    else:
        with sqlite3.connect(file) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                if not table.startswith("sqlite_") and (kind == "other" or table.startswith(("alembic", "tags"))):
                    database.execute(f"DROP TABLE {table}")
            if kind == "other":
                database.execute("CREATE TABLE experiments (id INTEGER)")
        database.close()
    with project.session() as session, pytest.raises(LoggingError) as info:
        session.run(pipeline_names=["churn"])
    assert f"no MLflow run can be started: the store {store} is broken" in info.value.message
    assert "move that file away, and the next run creates a new one" in info.value.message
    assert "tracking server" not in info.value.message
