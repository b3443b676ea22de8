"""What libraries say while a model is logged."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quiet"]


@contextmanager
def quiet(name: str, level: int = logging.WARNING) -> Iterator[None]:
    """Keep what a library says below a level out of the log of a run: its progress, and not its warnings."""
    loud = logging.getLogger(name)
    before = loud.level
    loud.setLevel(level)
    try:
        yield
    finally:
        loud.setLevel(before)
