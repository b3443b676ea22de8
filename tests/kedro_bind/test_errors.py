"""Errors: what a program can read from them, in this process and in another."""

from __future__ import annotations

import pickle
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from conf_schema import Diagnostic
from kedro_bind import BindingError, KedroBindError, LoggingError
from kedro_bind.documentation import SITE, TROUBLESHOOTING
from kedro_bind.errors import causes_of

PASSWORD = "postgresql://kedro:hunter2@db/mlflow"
DIAGNOSTIC = Diagnostic("unknown-key", "unknown key 'scaler'", path=("churn", "scaler"))
COMMAND = "kedro bind log churn --run-id=8f3b"


def through_pickle(error: KedroBindError) -> KedroBindError:
    """Hand an error over as a process of Kedro's ParallelRunner does."""
    return pickle.loads(pickle.dumps(error))


def test_an_error_says_which_binding_and_run_it_is_about_and_what_recovers():
    error = LoggingError("the store is full", binding="churn", run_id="8f3b", command=COMMAND)

    assert (error.binding, error.run_id, error.command) == ("churn", "8f3b", COMMAND)
    assert error.failures == ()


@pytest.mark.parametrize("kind", [KedroBindError, BindingError, LoggingError])
def test_an_error_about_nothing_in_particular_has_empty_attributes(kind):
    error = kind("the store is full")

    assert isinstance(error, click.ClickException)
    assert (error.binding, error.run_id, error.command) == (None, None, None)


def test_an_error_of_logging_is_shown_with_the_page_that_explains_it():
    @click.command()
    def log():
        raise LoggingError("the store is full")

    result = CliRunner().invoke(log)
    assert result.exit_code == 1
    assert result.stderr == f"Error: the store is full\nThis error is explained at {TROUBLESHOOTING}\n"
    assert (Path(__file__).parents[2] / "docs" / f"{TROUBLESHOOTING.removeprefix(SITE).rstrip('/')}.md").is_file()


def test_no_text_of_an_error_has_credentials():
    error = LoggingError(f"{PASSWORD} is unreachable", command=f"{COMMAND} --params=store={PASSWORD}")

    assert "hunter2" not in error.message + str(error) + str(error.command)


def test_an_error_keeps_its_attributes_in_another_process():
    failure = LoggingError("the store is full", binding="churn", run_id="8f3b", command=COMMAND)
    logging = through_pickle(LoggingError("two models are not logged", run_id="8f3b", failures=[failure]))
    binding = through_pickle(BindingError("the binding is invalid", [DIAGNOSTIC], binding="churn"))

    assert isinstance(logging, LoggingError)
    assert (logging.message, logging.run_id) == ("two models are not logged", "8f3b")
    assert [(error.binding, error.run_id, error.command) for error in logging.failures] == [("churn", "8f3b", COMMAND)]
    assert isinstance(binding, BindingError)
    assert (binding.message, binding.diagnostics, binding.binding) == ("the binding is invalid", (DIAGNOSTIC,), "churn")


def test_the_causes_of_an_error_are_followed():
    inner, outer = ValueError("inner"), RuntimeError("outer")
    outer.__cause__ = inner
    assert list(causes_of(outer)) == [outer, inner]
