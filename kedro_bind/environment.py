"""Environment variables that are set for a while, by several runs at once."""

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
    """A variable that was changed: what it was `before`, what it is, and how many need that."""

    before: str | None
    value: str
    holders: int = 0


_held: dict[str, _Held] = {}
_lock = threading.Lock()


def set_variable(name: str, value: str, *, override: bool = True) -> Callable[[], None]:
    """Set a variable, and return what gives it back.

    Of several who set one at the same time, the last one to give it back restores what was there before all of them.
    Without `override`, a variable that somebody else has set stays as it is; so does one that was changed meanwhile.
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
    return partial(_give_back, name)


def variable_of_others(name: str) -> str | None:
    """Return what a variable is but for what is set here."""
    with _lock:
        held = _held.get(name)
        return os.environ.get(name) if held is None else held.before


def _give_back(name: str) -> None:
    with _lock:
        held = _held[name]
        held.holders -= 1
        if held.holders:
            return
        del _held[name]
        if os.environ.get(name) != held.value:
            return  # somebody has set it since
        if held.before is None:
            del os.environ[name]
        else:
            os.environ[name] = held.before
