"""Errors of a command as messages."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import click
import mlflow
import pytest
from click.testing import CliRunner

from kedro_bind.errors import KedroBindError
from kedro_bind.process.no_traceback import no_traceback


@pytest.fixture
def run():
    """Run a command that raises an error."""

    def run(error, *, verbose=False):
        @click.command()
        def command():
            with no_traceback(verbose=verbose):
                raise error

        return CliRunner().invoke(command)

    return run


@pytest.mark.parametrize("verbose", [False, True])
def test_an_unexpected_error_is_one_line_and_its_traceback_is_shown_on_request(run, verbose):
    result = run(LookupError("no such\n  thing at http://me:secret@host"), verbose=verbose)
    assert result.exit_code == 3
    assert "Error: LookupError: no such thing at http://host" in result.stderr
    assert ("Traceback" in result.stderr) is verbose
    assert "secret" not in result.output


@pytest.mark.parametrize("error", [KedroBindError("the store is gone"), click.UsageError("no such option")])
def test_an_error_with_a_message_keeps_its_own_exit_code(run, error):
    result = run(error)
    assert result.exit_code == error.exit_code
    assert f"Error: {error.message}" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def broken_store(tmp_path):
    uri = f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}"
    (tmp_path / "mlflow.db").write_bytes(b"not a database at all" * 100)
    mlflow.set_tracking_uri(uri)
    yield uri
    mlflow.set_tracking_uri(None)


def test_a_broken_store_is_reported_as_such(run, broken_store):
    with pytest.raises(Exception, match="file is not a database") as caught:
        mlflow.MlflowClient(broken_store).search_experiments()
    result = run(caught.value)
    assert result.exit_code == 3
    assert f"Error: the store {broken_store} is broken: " in result.stderr
    assert "move that file away" in result.stderr


def test_a_broken_database_of_the_project_is_not_the_store(run, broken_store, tmp_path):
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database, pytest.raises(sqlite3.DatabaseError) as caught:
        database.execute("SELECT 1 FROM sales")
    assert "Error: DatabaseError: file is not a database" in run(caught.value).stderr
