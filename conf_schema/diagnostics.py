"""Findings as data: what is wrong, where, and how to fix it."""

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
    """Whether a finding fails the check."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a document.

    A check sets `path`, the keys that lead to the value (or, with `on_key`, to the key). `Sources.locate` adds the
    place in the text: `file`, and `line` and `column`, which count from 1. `elsewhere` says that this place is outside
    of the binding's own text, in a template that it uses.
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
        """Escape what would break lines or control a terminal: texts quote documents and errors."""
        object.__setattr__(self, "message", visible(self.message))
        object.__setattr__(self, "hint", visible(self.hint))

    @property
    def top(self) -> str | None:
        """The top-level key of the document that the finding is under, if any."""
        return str(self.path[0]) if self.path else None

    @property
    def binding(self) -> str | None:
        """The name of the bound pipeline that the finding is about, if any."""
        return self.top

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order findings by place, then by code and message."""
        return (self.file or "", self.line, self.column, self.code, self.message)

    @property
    def text(self) -> str:
        """The message with its hint, in one line."""
        return self.text_about([self.binding or ""])

    def text_about(self, bindings: Sequence[str]) -> str:
        """Return the text, with the names of the bindings where the place of the finding does not show them."""
        names = ", ".join(f"'{name}'" for name in bindings)
        about = f" (binding{'s' * (len(bindings) > 1)} {visible(names)})" if self.elsewhere else ""
        return f"{self.message}{about}" + (f"; {self.hint}" if self.hint else "")

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as values for JSON, in the shape of `kedro bind check --format json`."""
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
    """Escape the characters that are not printable, such as line breaks."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of the findings is an error."""
    return any(finding.severity is Severity.ERROR for finding in diagnostics)


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that `name` is most likely a misspelling of.

    Among more than 2,000 candidates, only the case of letters may differ: comparing with all takes seconds.
    """
    known = list(candidates)
    if len(known) > _MOST_CANDIDATES:
        known = [candidate for candidate in known if candidate.lower() == name.lower()]
    by_lower: dict[str, list[str]] = {}
    for candidate in sorted(known):
        by_lower.setdefault(candidate.lower(), []).append(candidate)
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    same = by_lower[matches[0]] if matches else []
    return max(same, key=lambda candidate: difflib.SequenceMatcher(None, name, candidate).ratio(), default=None)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return a hint at the closest candidate; empty where none is close."""
    match = closest(name, candidates)
    return f"did you mean '{match}'?" if match is not None else ""
