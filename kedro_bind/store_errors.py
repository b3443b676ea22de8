"""What an error of MLflow or of its store says, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["first_reason", "said_by", "what_is_wrong"]

_MOST_CHARACTERS = 500


def said_by(error: BaseException) -> str:
    """Say what an error is about, without the noise of the HTTP libraries and without credentials."""
    for each in _chain(error):
        reason = getattr(each, "reason", None)  # of urllib3's MaxRetryError
        if isinstance(reason, Exception):
            return what_is_wrong(reason)
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return " ".join(redact(str(text)).split())[:_MOST_CHARACTERS]


def what_is_wrong(error: BaseException | None, status: Any = None) -> str:
    """Say what a request met: the answer `status` of the server, or an error of the connection."""
    if status is not None:
        return f"the server answers with the error {status}"
    if error is None:
        return "the server does not answer"
    for each in _chain(error):
        if isinstance(each, ConnectionError | TimeoutError) and each.strerror:
            return f"the server can't be reached: {each.strerror}"
    text = " ".join(str(error).split())
    code = next((word for word in text.split() if word.isdigit()), None)
    if "error responses" in text and code is not None:  # urllib3's ResponseError
        return what_is_wrong(None, code)
    text = text.rpartition("object at ")[2].partition(">: ")[2] or text
    return redact(f"the server can't be reached: {text}")[:_MOST_CHARACTERS]


def first_reason(error: Exception) -> Exception:
    """Give the error that began it.

    MLflow marks a model that failed as such; where the store fails at that too, its error hides the first one.
    """
    from mlflow.exceptions import MlflowException

    told = [each for each in _chain(error) if isinstance(each, KedroBindError | MlflowException)]
    return told[-1] if told else error


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__context__, each.__cause__, *each.args]
