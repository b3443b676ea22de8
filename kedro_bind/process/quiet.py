"""Silence the loggers of libraries for a while, by several runs at once."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quiet"]


_lock = threading.Lock()
_held: dict[str, tuple[int, int]] = {}
"""For each logger: the number of holders of its level, and its level before the first of them."""


@contextmanager
def quiet(name: str, level: int = logging.WARNING) -> Iterator[None]:
    """Keep the messages of a library below a level out of the log: by default its progress, but not its warnings."""
    logger = logging.getLogger(name)
    with _lock:
        holders, before = _held.get(name, (0, logger.level))
        _held[name] = (holders + 1, before)
        logger.setLevel(level)
    try:
        yield
    finally:
        with _lock:
            holders, before = _held.pop(name)
            if holders > 1:
                _held[name] = (holders - 1, before)
            else:
                logger.setLevel(before)
