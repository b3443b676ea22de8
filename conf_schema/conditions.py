"""The conditions of `model.promote_if`, such as `accuracy >= champion`."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CONDITION_PATTERN", "Condition", "parse_condition"]

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_METRIC, _COMPARISON, _BOUND = r"[\w./:-](?:[\w./: -]*[\w./:-])?", r">=|<=|>|<", r"[+-]?[\w.][\w.+-]*"
CONDITION_PATTERN = rf"^\s*(?:{_METRIC})\s*(?:{_COMPARISON})\s*(?:{_BOUND})\s*$"
_CONDITION = re.compile(rf"^\s*({_METRIC})\s*({_COMPARISON})\s*({_BOUND})\s*$")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_ALIAS = re.compile(r"^[\w-]+$")


@dataclass(frozen=True)
class Condition:
    """A metric of the run, compared with a number, or with the same metric of the version that holds an alias."""

    metric: str
    comparison: str
    number: float | None = None
    alias: str | None = None

    def holds(self, value: float, bound: float) -> bool:
        """Return whether a value of the metric passes; NaN never does."""
        return _COMPARISONS[self.comparison](value, bound)

    def __str__(self) -> str:
        """Return the condition as it is written in a document."""
        return f"{self.metric} {self.comparison} {self.alias if self.number is None else f'{self.number:g}'}"


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ValueError: the text is not a condition; the message says how to write one.
    """
    found = _CONDITION.match(text)
    if found is None:
        raise ValueError(_remedy(text))
    metric, comparison, bound = found.groups()
    if _NUMBER.match(bound):
        return Condition(metric, comparison, number=float(bound))
    if not _ALIAS.match(bound):
        raise ValueError(f"'{bound}' is neither a number nor an alias")
    return Condition(metric, comparison, alias=bound)


def _remedy(text: str) -> str:
    if re.search(r"==|!=|=(?![=<>])", text) and not re.search(r"[<>]", text):
        return "compare with '>=', '>', '<=' or '<': a metric is seldom equal to anything"
    if re.search(r"=[<>]", text):
        return "write '>=' or '<='"
    if re.search(r"\b(and|or)\b|&|\|", text):
        return "write several conditions as a list; all of them must hold"
    if not re.search(r"[<>]", text):
        return "write it as 'METRIC >= ALIAS' or 'METRIC >= NUMBER'"
    return "write a metric, one of '>=', '>', '<=', '<', and an alias or a number: 'accuracy >= champion'"
