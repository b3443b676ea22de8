"""Standard output: a command's answer alone; whatever else is printed goes to standard error."""

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
"""Undoes `set_aside`; nothing while standard output is what it was."""


def set_aside() -> None:
    """Send to standard error what is printed from here on: by Python, by C, by child processes, by log handlers."""
    global _put_back  # noqa: PLW0603 - a process has one standard output
    if _put_back is None and sys.stderr is not None:
        _put_back = _descriptor_aside() if _is_descriptor(sys.stdout) else _stream_aside()


@contextmanager
def shown() -> Iterator[None]:
    """Print to standard output in this block, even if it is set aside around it."""
    before = _put_back is not None
    _show()
    try:
        yield
    finally:
        if before:
            set_aside()


def answer(text: str, *, nl: bool = True) -> None:
    """Print what a command was asked for, without credentials."""
    redacted = redact(text)  # which may read credentials, and so print something itself
    with shown():
        click.echo(redacted, nl=nl)


def answers_on_terminal() -> bool:
    """Check whether a person sees the answer, rather than a file or another program."""
    with shown():
        return sys.stdout is not None and sys.stdout.isatty()


class AnswerCommand(click.Command):
    """A command that prints nothing to standard output but its help and what it passes to `answer`."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the arguments, where click prints help."""
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
    """Check that a stream is the process's own standard output, and not what a notebook or a test has put there."""
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
