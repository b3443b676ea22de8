"""Medians and ratios over rounds: a ratio is taken within a round, so that drift of the machine cancels."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    Rounds: TypeAlias = Sequence[Mapping[str, Any]]


def names_in(rounds: Rounds) -> list[str]:
    """Return the names that were measured, in the order of the first round that has each."""
    return list(dict.fromkeys(name for measured in rounds for name in measured))


def middle(rounds: Rounds, name: str, value: Callable[[Any], float] = float) -> float:
    """Return the median over the rounds."""
    return median(value(measured[name]) for measured in rounds if name in measured)


def ratio(rounds: Rounds, name: str, base: str, value: Callable[[Any], float] = float) -> float:
    """Return the median of the ratios to `base`, each within a round."""
    return median(
        value(measured[name]) / value(measured[base]) for measured in rounds if name in measured and base in measured
    )


def difference(rounds: Rounds, name: str, base: str, value: Callable[[Any], float] = float) -> float:
    """Return the median of the differences to `base`, each within a round."""
    return median(
        value(measured[name]) - value(measured[base]) for measured in rounds if name in measured and base in measured
    )
