"""The errors of kedro_bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conf_schema import Diagnostic

__all__ = ["BindingError", "KedroBindError", "LoggingError"]


class KedroBindError(click.ClickException):
    """What goes wrong in kedro_bind: its message says what, where, and how to mend it.

    It is a `ClickException`, so a `kedro` command shows the message without a traceback; anywhere else it
    is an exception like any other. Credentials are cut out of the message: it may quote the error of a
    tracking server.
    """

    def __init__(self, message: str) -> None:
        super().__init__(redact(message))


class BindingError(KedroBindError, ValueError):
    """A bound pipeline can't be built or run as declared; `diagnostics` are the reasons."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)

    def __reduce__(self) -> tuple[type, tuple[str, tuple[Diagnostic, ...]]]:
        """Pickle with all arguments: runners hand errors from one process to another."""
        return type(self), (self.message, self.diagnostics)


class LoggingError(KedroBindError):
    """A model can't be logged; what training produced is intact."""
