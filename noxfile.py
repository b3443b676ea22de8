"""Sessions for development; `nox -l` lists them."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests", "lint", "types", "examples"]
nox.options.reuse_existing_virtualenvs = True

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
ENVIRONMENT = {"DO_NOT_TRACK": "1"}


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests with the newest supported versions."""
    session.install("-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs, env=ENVIRONMENT)


@nox.session
def oldest(session: nox.Session) -> None:
    """Run the tests with the oldest supported Kedro and MLflow."""
    # MLflow 3.1 does not say that it needs an older SQLAlchemy, and, to serve, an older FastAPI.
    session.install("-e", ".[test]", "kedro==1.2.0", "mlflow==3.1.0", "sqlalchemy<2.1", "fastapi<0.116")
    session.run("pytest", "-n", "2", *session.posargs, env=ENVIRONMENT)


@nox.session
def beside(session: nox.Session) -> None:
    """Run the tests that need kedro-mlflow installed."""
    session.install("-e", ".[test]", "kedro-mlflow")
    session.run("pytest", "tests/beside", *session.posargs, env=ENVIRONMENT)


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
    session.run("python", "examples/penguins/demo.py", env=ENVIRONMENT)
