"""Log lines that are meant to be copied without line breaks in addresses and commands."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["log_whole"]

_OTHER_COLUMNS = 80
"""More than the handler of rich needs for time, level and place beside the message."""


def log_whole(logger: logging.Logger, level: int, message: str, *arguments: Any) -> None:
    """Log a message whose lines no console handler wraps.

    Kedro's handler, which is that of rich, wraps messages at the width of the terminal, or at 80 columns if there is
    none, and so cuts a model's URI in two, both in a pipe and in text that is copied from a terminal.
    """
    longest = max(map(len, (message % arguments).splitlines()), default=0)
    with ExitStack() as stack:
        for handler in _console_handlers(logger):
            stack.enter_context(_as_wide_as(longest + _OTHER_COLUMNS, handler))
        logger.log(level, message, *arguments, stacklevel=2)


@contextmanager
def _as_wide_as(width: int, handler: Any) -> Iterator[None]:
    handler.acquire()  # other threads must neither log to the wide console nor restore it
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
