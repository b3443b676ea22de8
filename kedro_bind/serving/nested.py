"""Nested lists of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["flat_values"]


def flat_values(value: Any) -> Iterator[Any]:
    """Yield the values of a list of any depth in their order, or the value itself if it is not a list."""
    waiting = [iter([value])]
    while waiting:
        for found in waiting[-1]:
            if isinstance(found, list):
                waiting.append(iter(found))
                break
            yield found
        else:
            waiting.pop()
