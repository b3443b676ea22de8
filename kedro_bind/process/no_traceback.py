"""Show the errors of a command as messages instead of tracebacks."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kedro_bind.errors import KedroBindError
from kedro_bind.redaction import redact_message, redacting
from kedro_bind.store_errors import explain_store_error, is_store_error

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["no_traceback"]


@contextmanager
def no_traceback(*, verbose: bool, exit_code: int = 3) -> Iterator[None]:
    """Show an unexpected error as one message, and exit; a `KedroBindError` already is such a message."""
    with redacting():  # redactions that a command adds end with it
        try:
            yield
        except click.ClickException as error:
            if verbose and isinstance(error, KedroBindError):
                click.echo(redact_message(traceback.format_exc()), err=True)
            if type(error) is click.UsageError:  # a `KedroBindError` has no credentials in its message
                raise click.UsageError(redact_message(error.message), error.ctx) from None
            raise
        except click.exceptions.Exit:
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence
            if verbose:
                click.echo(redact_message(traceback.format_exc()), err=True)
            click.secho(f"Error: {_described(error)}", fg="red", err=True)
            click.echo("'--verbose' shows where it comes from.", err=True)
            sys.exit(exit_code)


def _described(error: Exception) -> str:
    if is_store_error(error):
        return explain_store_error(error)
    message = " ".join(redact_message(str(error)).split()) or "no message"
    return f"{type(error).__name__}: {message}"
