"""The order of what is measured in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

_Item = TypeVar("_Item")


def rotated(items: Iterable[_Item], turn: int) -> list[_Item]:
    """Return all items with another one first in each round, so that none profits from its place."""
    listed = list(items)
    first = turn % len(listed)
    return [*listed[first:], *listed[:first]]
