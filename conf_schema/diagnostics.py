"""Findings as data: what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conf_schema.codes import Code

__all__ = ["Diagnostic", "KeyPath", "Severity", "closest", "did_you_mean", "has_errors", "visible"]

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value in it."""


_MOST_CANDIDATES = 2_000


class Severity(str, Enum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a document.

    A check knows `path`, the keys that lead to the value (or, with `on_key`, to the key); the place in
    the text (`file`, `line`, `column`, all counted from 1) is filled in by who knows the text, see
    `conf_schema.source.Sources.locate`. `elsewhere` says that this place is outside of the binding's own text:
    in a template that it uses.
    """

    code: Code
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    path: KeyPath = ()
    on_key: bool = False
    file: str | None = None
    line: int = 0
    column: int = 0
    width: int = 1
    elsewhere: bool = False

    def __post_init__(self) -> None:
        """Keep what a document or an error says from breaking lines or steering a terminal."""
        object.__setattr__(self, "message", visible(self.message))
        object.__setattr__(self, "hint", visible(self.hint))

    @property
    def top(self) -> str | None:
        """The key at the top of the document that the finding is under, if it is under one."""
        return str(self.path[0]) if self.path else None

    @property
    def binding(self) -> str | None:
        """The name of the bound pipeline that the finding is about, if it is about one."""
        return self.top

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order findings by place, then by what they say."""
        return (self.file or "", self.line, self.column, self.code, self.message)

    @property
    def text(self) -> str:
        """The message with its hint, in one line."""
        return self.text_about([self.binding or ""])

    def text_about(self, bindings: Sequence[str]) -> str:
        """Give the text, with the bindings that the finding is about where its place does not tell them."""
        names = ", ".join(f"'{each}'" for each in bindings)
        about = f" (binding{'s' * (len(bindings) > 1)} {visible(names)})" if self.elsewhere else ""
        return f"{self.message}{about}" + (f"; {self.hint}" if self.hint else "")

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


def visible(text: str) -> str:
    """Write what is not printable, such as a line break, as its escape."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any of the findings is an error."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that `name` is most likely a misspelling of.

    Among very many only case may differ, since to compare with each of them takes seconds for each finding.
    """
    known = list(candidates)
    if len(known) > _MOST_CANDIDATES:
        known = [each for each in known if len(each) == len(name) and each.lower() == name.lower()]
    by_lower: dict[str, list[str]] = {}
    for each in sorted(known):
        by_lower.setdefault(each.lower(), []).append(each)
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    same = by_lower[matches[0]] if matches else []
    return max(same, key=lambda each: difflib.SequenceMatcher(None, name, each).ratio(), default=None)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Word the closest candidate as a hint; empty where none is close."""
    match = closest(name, candidates)
    return f"did you mean '{match}'?" if match is not None else ""
