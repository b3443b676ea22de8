"""The protocol of all rules: what each needs, what it finds, and what others can no longer rely on then."""

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
    It is skipped where one of them is broken, and only then. `breaks` names the parts that an error of it breaks.
    """

    name: str
    needs: frozenset[str]
    breaks: frozenset[str]
    find: Callable[[Subject], Iterable[Diagnostic]]


def rule(
    *needs: str, breaks: Iterable[str] = ()
) -> Callable[[Callable[[Subject], Iterable[Diagnostic]]], Rule[Subject]]:
    """Make a rule of a function that yields findings."""

    def make(find: Callable[[Subject], Iterable[Diagnostic]]) -> Rule[Subject]:
        return Rule(find.__name__, frozenset(needs), frozenset(breaks), find)

    return make


def find_problems(
    rules: Iterable[Rule[Subject]], subject: Subject, broken: Iterable[str] = ()
) -> tuple[list[Diagnostic], frozenset[str]]:
    """Apply the rules that have what they need, in order; return the findings and all parts that are broken."""
    findings: list[Diagnostic] = []
    all_broken = frozenset(broken)
    for each in rules:
        if each.needs & all_broken:
            continue
        found = list(each.find(subject))
        findings += found
        if has_errors(found):
            all_broken |= each.breaks
    return findings, all_broken
