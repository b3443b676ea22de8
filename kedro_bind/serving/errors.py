"""What a request can be refused with."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from kedro_bind.quoted_data import without_data

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol, TypeGuard

    from mlflow.exceptions import MlflowException

    class Named(Protocol):
        """A served model, or its summary."""

        @property
        def name(self) -> str: ...

        @property
        def version(self) -> str: ...


__all__ = ["RequestError", "bad_request", "from_mlflow", "invalid_value", "is_refusal", "not_served"]


class RequestError(Exception):
    """A request is refused: the HTTP status, MLflow's error code, and one sentence for the caller.

    The sentence never quotes data, a path of the host or a traceback.
    """

    def __init__(self, status: int, error_code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = int(status)  # the text of an `HTTPStatus` is its name before Python 3.11
        self.error_code = error_code
        self.message = message
        self.retry_after = retry_after
        """Seconds after which the caller may try again, if trying again makes sense."""


def bad_request(message: str) -> RequestError:
    """Return the error for a body that can't be read."""
    return RequestError(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


def invalid_value(message: str) -> RequestError:
    """Return the error for input or parameters that do not fit the model's signature."""
    return RequestError(HTTPStatus.BAD_REQUEST, "INVALID_PARAMETER_VALUE", message)


def from_mlflow(error: MlflowException, message: str) -> RequestError:
    """Return an error of MLflow with a sentence for the caller."""
    return RequestError(error.get_http_status_code(), error.error_code, without_data(message))  # type: ignore[no-untyped-call]  # so in MLflow


def is_refusal(error: Exception) -> TypeGuard[MlflowException]:
    """Check whether an error is about the data of a request: one of MLflow's or of a validator, and not from a node.

    An error of a node may have paths and secrets of the host in its message, and its status is not about the request.
    """
    from mlflow.exceptions import MlflowException

    from kedro_bind.model.validators import RejectedData

    from_node = bool(getattr(error, "__notes__", ()))
    return isinstance(error, RejectedData) or (isinstance(error, MlflowException) and not from_node)


def not_served(name: str, models: Iterable[Named]) -> RequestError:
    """Return the error for a model, or a version of it, that is not among those that are served."""
    served = [(model.name, model.version) for model in models]
    versions = [version or "one without a number" for served_name, version in served if served_name == name]
    if versions:
        message = f"no such version of '{name}' is served here; served are: {', '.join(versions)}"
    else:
        names = dict.fromkeys(served_name for served_name, _ in served)
        message = f"no model of this name is served here; served are: {', '.join(names)}"
    return RequestError(HTTPStatus.NOT_FOUND, "RESOURCE_DOES_NOT_EXIST", message)
