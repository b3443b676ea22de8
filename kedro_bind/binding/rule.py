"""The protocol of all rules: what they need, what they find, and what is broken by that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from conf_schema import has_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conf_schema import Diagnostic

__all__ = ["Rule", "find_problems", "rule"]

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """Finds one kind of mistake.

    `needs` names the parts of a binding that it reads, such as `training`, `input_name`, `model.aliases` or `catalog`.
    It is skipped only if one of them is broken. `breaks` names the parts that are broken if it finds an error.
    """

    name: str
    needs: frozenset[str]
    breaks: frozenset[str]
    find: Callable[[Subject], Iterable[Diagnostic]]


def rule(
    *needs: str, breaks: Iterable[str] = ()
) -> Callable[[Callable[[Subject], Iterable[Diagnostic]]], Rule[Subject]]:
    """Turn a function that yields findings into a rule."""

    def make(find: Callable[[Subject], Iterable[Diagnostic]]) -> Rule[Subject]:
        return Rule(find.__name__, frozenset(needs), frozenset(breaks), find)

    return make


def find_problems(
    rules: Iterable[Rule[Subject]], subject: Subject, broken: Iterable[str] = ()
) -> tuple[list[Diagnostic], frozenset[str]]:
    """Apply, in order, the rules that have what they need; return the findings and all broken parts."""
    findings: list[Diagnostic] = []
    all_broken = frozenset(broken)
    for applied in rules:
        if applied.needs & all_broken:
            continue
        found = list(applied.find(subject))
        findings += found
        if has_errors(found):
            all_broken |= applied.breaks
    return findings, all_broken
