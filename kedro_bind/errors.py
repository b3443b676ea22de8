"""The errors of kedro_bind."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from kedro_bind.documentation import TROUBLESHOOTING
from kedro_bind.redaction import redact, redact_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conf_schema import Diagnostic

__all__ = ["BindingError", "EvaluationError", "KedroBindError", "LoggingError", "causes_of"]


class KedroBindError(click.ClickException):
    """An error of kedro_bind: its message says what is wrong, where, and what to do.

    It is a `ClickException`, so a `kedro` command shows the message without a traceback; anywhere else it
    is an exception like any other. Credentials are cut out of its texts, since they may quote a tracking server, and
    so is the data that messages of MLflow quote.

    Attributes:
        binding: The bound pipeline that it is about.
        run_id: The MLflow run that it is about.
        command: The shell command that recovers from it.
    """

    def __init__(
        self,
        message: str,
        *,
        binding: str | None = None,
        run_id: str | None = None,
        command: str | None = None,
    ) -> None:
        super().__init__(redact_message(message))
        self.binding = binding
        self.run_id = run_id
        self.command = command and redact(command)


class BindingError(KedroBindError, ValueError):
    """A bound pipeline can't be built or run as declared; `diagnostics` are the reasons."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = (), *, binding: str | None = None) -> None:
        super().__init__(message, binding=binding)
        self.diagnostics = tuple(diagnostics)


class LoggingError(KedroBindError):
    """A model can't be logged; what training produced is intact.

    Where one run fails to log several models, `failures` has an error for each of them, and `binding` and `command`
    are `None`.
    """

    def __init__(
        self,
        message: str,
        *,
        binding: str | None = None,
        run_id: str | None = None,
        command: str | None = None,
        failures: Sequence[LoggingError] = (),
    ) -> None:
        super().__init__(message, binding=binding, run_id=run_id, command=command)
        self.failures = tuple(failures)

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message as `click` does, and where it is explained."""
        super().show(file)
        click.echo(f"This error is explained at {TROUBLESHOOTING}", file=file, err=True)


class EvaluationError(KedroBindError):
    """A model can't be scored, or two models can't be compared."""


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Iterate over an error and what it was raised from: Kedro's errors of datasets quote the whole configuration."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
