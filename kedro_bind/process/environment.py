"""Set environment variables for a while, by several runs at once."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["set_variable", "variable_of_others"]


@dataclass
class _Held:
    """A variable that is set here: its value `before`, its value now, and the number of its holders."""

    before: str | None
    value: str
    holders: int = 0


_held: dict[str, _Held] = {}
_lock = threading.Lock()


def set_variable(name: str, value: str, *, override: bool = True) -> Callable[[], None]:
    """Set a variable, and return a function that restores it.

    If a variable is set several times, the last call to restore it brings back the value from before all of them. A
    variable that other code has changed meanwhile stays as it is, and so does, without `override`, one that was
    already set.
    """
    with _lock:
        held = _held.get(name)
        if held is None:
            before = os.environ.get(name)
            if before is not None and not override:
                return lambda: None
            held = _held[name] = _Held(before, value)
        held.holders += 1
        held.value = os.environ[name] = value
    return partial(_restore, name)


def variable_of_others(name: str) -> str | None:
    """Return the value that a variable has apart from what is set here."""
    with _lock:
        held = _held.get(name)
        return os.environ.get(name) if held is None else held.before


def _restore(name: str) -> None:
    with _lock:
        held = _held[name]
        held.holders -= 1
        if held.holders:
            return
        del _held[name]
        if os.environ.get(name) != held.value:
            return  # other code has set it since
        if held.before is None:
            del os.environ[name]
        else:
            os.environ[name] = held.before
