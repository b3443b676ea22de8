"""Errors of MLflow and of its store, described in one line."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from kedro_bind.errors import KedroBindError
from kedro_bind.redaction import redact, redact_message

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["describe_error", "describe_request_failure", "explain_store_error", "first_error", "is_store_error"]

_MOST_CHARACTERS = 500
_BROKEN = (
    "no such table",
    "already exists",
    "no such column",
    "duplicate column",
    "file is not a database",
    "malformed",
    "Can't locate revision",
)
"""Parts of the messages of sqlite and alembic for a file that is damaged, or lacks MLflow's tables."""
_CONNECTIONS = ("sqlalchemy", "sqlite3", "alembic", "requests", "urllib3")
"""The packages whose errors are those of a database, or of the connection to a server."""


def describe_error(error: BaseException) -> str:
    """Describe an error, without the details of HTTP libraries, credentials and rows of data."""
    for link in _chain(error):
        reason = getattr(link, "reason", None)  # of urllib3's MaxRetryError
        if isinstance(reason, Exception):
            return describe_request_failure(reason)
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join(redact_message(str(text)).split())[:_MOST_CHARACTERS]


def describe_request_failure(error: BaseException | None, status: Any = None) -> str:
    """Describe the failure of a request: the `status` of the response, or an error of the connection."""
    if status is not None:
        return f"the server responds with the error {status}"
    if error is None:
        return "the server does not respond"
    for link in _chain(error):
        if isinstance(link, ConnectionError | TimeoutError) and link.strerror:
            return f"the server can't be reached: {link.strerror}"
    text = " ".join(str(error).split())
    code = next((word for word in text.split() if word.isdigit()), None)
    if "error responses" in text and code is not None:  # urllib3's ResponseError
        return describe_request_failure(None, code)
    text = text.rpartition("object at ")[2].partition(">: ")[2] or text
    return redact(f"the server can't be reached: {text}")[:_MOST_CHARACTERS]


def is_store_error(error: BaseException) -> bool:
    """Return whether an error is one of the store: of a database or a connection, and within a call of MLflow."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(_package(frame.f_globals.get("__name__", "")) == "mlflow" for frame, _ in frames) and any(
        _package(type(link).__module__) in _CONNECTIONS for link in _chain(error)
    )


def explain_store_error(error: BaseException) -> str:
    """Describe an error of MLflow's store, and add what to do about it."""
    import mlflow

    problem, uri = describe_error(error), mlflow.get_tracking_uri()
    if uri.startswith("sqlite:") and any(message in problem for message in _BROKEN):
        return f"the store {uri} is broken: {problem}; move that file away, and the next run creates a new one"
    if urlparse(uri).scheme in ("http", "https"):
        return f"{problem}; check that the tracking server is running and MLFLOW_TRACKING_URI is right"
    return redact(f"{problem}; check the store {uri}")


def first_error(error: Exception) -> Exception:
    """Return the error that came first.

    MLflow marks a model whose logging failed; if the store fails at that as well, its error hides the first one.
    """
    from mlflow.exceptions import MlflowException

    errors = [link for link in _chain(error) if isinstance(link, KedroBindError | MlflowException)]
    return errors[-1] if errors else error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and all errors that it comes from."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__context__, link.__cause__, *link.args]


def _package(module: str) -> str:
    return module.partition(".")[0]
