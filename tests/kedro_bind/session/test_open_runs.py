"""What happens to the runs of this process that are interrupted."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from kedro_bind.session.open_runs import OpenRuns


class WritingRuns(OpenRuns):
    """Ends a run by a write to a database, as MLflow does."""

    def _kill(self, run):
        with closing(sqlite3.connect(run, timeout=0.1)) as connection, connection:
            connection.execute("UPDATE runs SET status = 'KILLED'")


def interrupted_query(database):
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT * FROM runs")
    next(rows)
    raise KeyboardInterrupt


def test_an_interrupted_query_does_not_keep_the_run_from_being_ended(tmp_path):
    database = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(database)) as connection:
        with connection:
            connection.execute("CREATE TABLE runs (status TEXT)")
            connection.executemany("INSERT INTO runs VALUES (?)", [("RUNNING",)] * 2)
        with pytest.raises(KeyboardInterrupt), WritingRuns().kill_if_interrupted(database):
            interrupted_query(database)
        assert connection.execute("SELECT DISTINCT status FROM runs").fetchall() == [("KILLED",)]
