"""Findings as data: what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Diagnostic", "KeyPath", "Severity", "closest", "did_you_mean", "has_errors"]

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value in it."""


class Severity(str, Enum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a document.

    A check knows `path`, the keys that lead to the value (or, with `on_key`, to the key); the place in
    the text (`file`, `line`, `column`, all counted from 1) is filled in by who knows the text, see
    `conf_schema.source.Sources.locate`.
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    path: KeyPath = ()
    on_key: bool = False
    file: str | None = None
    line: int = 0
    column: int = 0
    width: int = 1

    @property
    def binding(self) -> str | None:
        """The name of the bound pipeline that the finding is about, if it is about one."""
        return str(self.path[0]) if self.path else None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order findings by place, then by what they say."""
        return (self.file or "", self.line, self.column, self.code, self.message)

    @property
    def text(self) -> str:
        """The message with its hint, in one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def as_dict(self) -> dict[str, Any]:
        """Give the finding as JSON-ready values, the shape of `kedro bind check --format json`."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "hint": self.hint,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "binding": self.binding,
        }


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any of the findings is an error."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that `name` is most likely a misspelling of."""
    by_lower = {each.lower(): each for each in sorted(candidates)}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Word the closest candidate as a hint; empty where none is close."""
    match = closest(name, candidates)
    return f"did you mean '{match}'?" if match is not None else ""
