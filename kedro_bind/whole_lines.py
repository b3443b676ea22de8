"""Log lines that are copied: an address or a command in one of them stays whole."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["log_whole"]

_OTHER_COLUMNS = 80
"""More than rich's handler needs beside the message, for time, level and place."""


def log_whole(logger: logging.Logger, level: int, message: str, *arguments: Any) -> None:
    """Log a message of which no console handler breaks a line or takes `[…]` for markup.

    Kedro's handler, that of rich, wraps messages at the width of the terminal, or at 80 columns where there is none,
    and so cuts a model's URI in two, in a pipe and in what is copied from a terminal.
    """
    longest = max(map(len, (message % arguments).splitlines()), default=0)
    with ExitStack() as stack:
        for handler in _console_handlers(logger):
            stack.enter_context(_as_wide_as(longest + _OTHER_COLUMNS, handler))
        logger.log(level, message, *arguments, stacklevel=2, extra={"markup": False})


@contextmanager
def _as_wide_as(width: int, handler: Any) -> Iterator[None]:
    handler.acquire()  # no other thread may log to the wide console, or restore it
    console = handler.console
    try:
        handler.console = copy(console)
        handler.console.width = max(width, console.width)
        yield
    finally:
        handler.console = console
        handler.release()


def _console_handlers(logger: logging.Logger | None) -> Iterator[logging.Handler]:
    while logger is not None:
        yield from (handler for handler in logger.handlers if hasattr(handler, "console"))
        logger = logger.parent if logger.propagate else None
