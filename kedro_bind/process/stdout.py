"""Reserve standard output for the answer of a command; everything else that is printed goes to standard error."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["AnswerCommand", "answer", "answers_on_terminal", "set_aside", "shown"]

_put_back: Callable[[], None] | None = None
"""Undoes `set_aside`; `None` while standard output is not set aside."""


def set_aside() -> None:
    """Redirect standard output to standard error from now on, for Python, C code, child processes and log handlers."""
    global _put_back  # noqa: PLW0603 - a process has one standard output
    if _put_back is None and sys.stderr is not None:
        _put_back = _descriptor_aside() if _is_descriptor(sys.stdout) else _stream_aside()


@contextmanager
def shown() -> Iterator[None]:
    """Restore standard output within the block."""
    before = _put_back is not None
    _show()
    try:
        yield
    finally:
        if before:
            set_aside()


def answer(text: str, *, nl: bool = True) -> None:
    """Print the answer of a command to standard output, without credentials."""
    redacted = redact(text)  # reading the credentials may itself print something
    with shown():
        click.echo(redacted, nl=nl)


def answers_on_terminal() -> bool:
    """Return whether answers go to a terminal, rather than to a file or another program."""
    with shown():
        return sys.stdout is not None and sys.stdout.isatty()


class AnswerCommand(click.Command):
    """A command that prints only its help and what it passes to `answer` to standard output."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the arguments; click prints the help here."""
        with shown():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        before = _put_back is not None
        set_aside()
        try:
            return super().invoke(ctx)
        finally:
            if not before:
                _show()


def _show() -> None:
    global _put_back  # noqa: PLW0603 - see above
    if _put_back is not None:
        _put_back()
        _put_back = None


def _is_descriptor(stream: object) -> bool:
    """Return whether a stream is the process's own standard output, and not a replacement by a notebook or test."""
    return stream is not None and stream is sys.__stdout__


def _descriptor_aside() -> Callable[[], None]:
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)

    def put_back() -> None:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)

    return put_back


def _stream_aside() -> Callable[[], None]:
    kept, sys.stdout = sys.stdout, sys.stderr

    def put_back() -> None:
        sys.stdout = kept

    return put_back
