"""Sessions for development; `nox -l` lists them."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests", "lint", "types", "examples"]
nox.options.reuse_existing_virtualenvs = True

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
ENVIRONMENT = {"DO_NOT_TRACK": "1"}
CONSTRAINTS = "constraints.txt"
OF_LOWEST = ["sqlalchemy>=2.0.36,<2.1", "fastapi>=0.115.5,<0.116"]
"""What MLflow 3.1 needs to keep runs and to serve, and does not say."""


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests with the versions of constraints.txt."""
    session.install("-c", CONSTRAINTS, "-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs, env=ENVIRONMENT)


@nox.session
def full(session: nox.Session) -> None:
    """Run the full size of the tests whose small size runs by default, and the guides' commands; takes hours."""
    session.install("-c", CONSTRAINTS, "-e", ".[test]")
    session.run("pytest", "-n", "2", "-m", "full", *session.posargs, env=ENVIRONMENT)
    if session.posargs:  # which choose tests
        return
    session.run("pytest", "-n", "2", "tests/soundness", env={**ENVIRONMENT, "KEDRO_BIND_SOUNDNESS": "500"})
    signals = ("tests/recovery/test_signals.py", "-k", "at_any_moment")
    session.run("pytest", "-n", "2", *signals, env={**ENVIRONMENT, "KEDRO_BIND_SIGNALS": "50"})


@nox.session
def order(session: nox.Session) -> None:
    """Run the fast tests in one process: in the order of the files, then in random order."""
    session.install("-c", CONSTRAINTS, "-e", ".[test]", "pytest-randomly>=3.16")
    command = ("pytest", "-p", "no:xdist", "-m", "not slow and not full")
    session.run(*command, "-p", "no:randomly", env=ENVIRONMENT)
    session.run(*command, *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS[-1])
def newest(session: nox.Session) -> None:
    """Run the tests with the newest of everything."""
    session.install("--upgrade", "-e", ".[test]")
    session.run("pytest", "-n", "2", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS[0], venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions that setup.cfg allows."""
    session.install("--resolution", "lowest-direct", "-e", ".[test]", *OF_LOWEST)
    session.run("pytest", "-n", "2", *session.posargs, env=ENVIRONMENT)


@nox.session(venv_backend="uv")
def lock(session: nox.Session) -> None:
    """Write constraints.txt anew, with the newest versions for every supported Python."""
    session.install("uv")
    extras = [argument for extra in ("example", "test", "spark", "lint", "docs") for argument in ("--extra", extra)]
    # What a machine's configuration adds, such as its own index, must not get into the file.
    plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    session.run(
        *("uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--python-version", PYTHONS[0]),
        *("setup.cfg", *extras, *plain, "--output-file", CONSTRAINTS),
    )


@nox.session
def beside(session: nox.Session) -> None:
    """Run the tests that need kedro-mlflow installed."""
    session.install("-c", CONSTRAINTS, "-e", ".[test]", "kedro-mlflow")
    session.run("pytest", "tests/beside", *session.posargs, env=ENVIRONMENT)


@nox.session
def editor(session: nox.Session) -> None:
    """Run the tests with the YAML language server of editors; needs Node.js."""
    session.install("-c", CONSTRAINTS, "-e", ".[test]")
    session.run("npm", "ci", "--ignore-scripts", "--prefix", "tests/editor", external=True)
    session.run("pytest", "tests/editor", *session.posargs, env=ENVIRONMENT)


@nox.session
def spark(session: nox.Session) -> None:
    """Run the tests that need Spark; needs Java."""
    session.install("-c", CONSTRAINTS, "-e", ".[test,spark]")
    session.run("pytest", "-m", "spark", *session.posargs, env=ENVIRONMENT)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and the direction of imports."""
    session.install("-c", CONSTRAINTS, "-e", ".[lint]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site; a broken link is an error."""
    session.install("-c", CONSTRAINTS, "-e", ".[docs]")
    session.run("mkdocs", "build", "--strict")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    session.install("-c", CONSTRAINTS, "-e", ".[lint]")
    session.run("mypy", *session.posargs)


@nox.session
def examples(session: nox.Session) -> None:
    """Train, log and load the example."""
    session.install("-c", CONSTRAINTS, "-e", ".[example]")
    session.run("python", "examples/penguins/demo.py", env=ENVIRONMENT)
