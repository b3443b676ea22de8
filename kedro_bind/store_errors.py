"""Errors of MLflow and of its store, described in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["describe_error", "describe_request_failure", "first_error"]

_MOST_CHARACTERS = 500


def describe_error(error: BaseException) -> str:
    """Describe an error, without the details of HTTP libraries and without credentials."""
    for link in _chain(error):
        reason = getattr(link, "reason", None)  # of urllib3's MaxRetryError
        if isinstance(reason, Exception):
            return describe_request_failure(reason)
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join(redact(str(text)).split())[:_MOST_CHARACTERS]


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
