"""Sessions for development; `nox -l` lists them."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests", "lint", "types", "examples"]
nox.options.reuse_existing_virtualenvs = True

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests with the newest supported versions."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs, env={"DO_NOT_TRACK": "1"})


@nox.session(python="3.10")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest supported Kedro and MLflow."""
    session.install("-e", ".[test]", "kedro==1.2.*", "mlflow==3.1.*")
    session.run("pytest", "-n", "2", *session.posargs, env={"DO_NOT_TRACK": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and the direction of imports."""
    session.install("-e", ".[lint]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    session.install("-e", ".[lint]")
    session.run("mypy", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """Train, log and load the example."""
    session.install("-e", ".[example]")
    session.run("python", "examples/penguins/demo.py", env={"DO_NOT_TRACK": "1"})
