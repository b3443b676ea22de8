"""The error of a run whose models can't be logged, as a program reads it."""

from __future__ import annotations

import shlex

import mlflow
import pytest

from kedro_bind.errors import LoggingError
from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow

QUICK = BINDING + "  model: {verify: false}\n"
CAREFUL = QUICK.replace("churn:", "careful:")


@pytest.fixture
def failing(project, store):
    """A project whose models can't be stored, since a file is where their folder would be."""
    (project.path / "mlartifacts").touch()
    return project


def error_of(project, *names, **options):
    with project.session(**options) as session, pytest.raises(LoggingError) as info:
        session.run(pipeline_names=[*names])
    return info.value


def test_the_error_of_one_binding_has_the_run_and_the_command_that_logs_it(failing):
    failing.write("conf/base/pipeline_ml.yml", QUICK)
    error = error_of(failing, "churn", env="local", runtime_params={"depth": 4})
    run = mlflow.get_run(error.run_id)
    assert run.info.status == "FAILED"
    assert (error.binding, error.failures) == ("churn", ())
    assert error.command == f"kedro bind log churn --run-id={error.run_id} --env=local --params=depth=4"
    assert error.message.endswith(f"\n  {error.command}")
    assert "can't be written to MLflow" in str(error.__cause__)


def test_the_error_of_two_bindings_has_one_for_each(failing):
    failing.write("conf/base/pipeline_ml.yml", QUICK + CAREFUL)
    error = error_of(failing, "churn", "careful")
    assert (error.binding, error.command) == (None, None)
    assert [failure.binding for failure in error.failures] == ["churn", "careful"]
    assert {failure.run_id for failure in error.failures} == {error.run_id}
    for failure in error.failures:
        assert shlex.split(failure.command)[:4] == ["kedro", "bind", "log", failure.binding]
        assert failure.command in error.message
        assert failure.message in error.message
