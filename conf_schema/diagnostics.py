"""Findings as data: what is wrong, where, and how to fix it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conf_schema.codes import Code

__all__ = ["Diagnostic", "KeyPath", "Severity", "Suggestion", "closest", "did_you_mean", "has_errors", "visible"]

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value in it."""

_PARAMETER = "params:"
"""What the names of parameters begin with in Kedro."""
_MOST_CANDIDATES = 2_000


class Severity(str, Enum):
    """Whether a finding fails the check."""

    ERROR = "error"
    WARNING = "warning"


class Suggestion(str):
    """A hint that is nothing but the name that was meant: `replacement`, for the name `wrong`.

    Joined with more text it becomes a plain string: what else there is to consider, only a person can decide.
    """

    __slots__ = ("replacement", "wrong")
    wrong: str
    replacement: str

    def __new__(cls, wrong: str, replacement: str) -> Suggestion:  # noqa: PYI034 - typing has Self from Python 3.11 on
        """Word the suggestion."""
        made = super().__new__(cls, f"did you mean '{replacement}'?")
        made.wrong, made.replacement = wrong, replacement
        return made


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a document.

    A check sets `path`, the keys that lead to the value (or, with `on_key`, to the key). `Sources.locate` adds the
    place in the text: `file`, and `line` and `column`, which count from 1. `elsewhere` says that this place is outside
    of the binding's own text, in a template that it uses. `suggestion` is the hint, if that is a `Suggestion`.
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
    suggestion: Suggestion | None = None

    def __post_init__(self) -> None:
        """Escape what would break lines or control a terminal: texts quote documents and errors."""
        if isinstance(self.hint, Suggestion):
            object.__setattr__(self, "suggestion", self.hint)
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
    return next(iter(_closest(name, candidates)), None)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return a hint at the closest candidate: a `Suggestion`, unless two are equally close; empty if none is close."""
    matches = _closest(name, candidates)
    if len(matches) > 1:
        return f"did you mean '{matches[0]}' or '{matches[1]}'?"
    return Suggestion(name, matches[0]) if matches else ""


def _closest(name: str, candidates: Iterable[str]) -> list[str]:
    """Return the closest candidates, which are equally close; of parameters, by their names without `params:`."""
    known = list(candidates)
    parameters = [candidate.removeprefix(_PARAMETER) for candidate in known if candidate.startswith(_PARAMETER)]
    if parameters and name.startswith(_PARAMETER):
        return [_PARAMETER + found for found in _closest(name.removeprefix(_PARAMETER), parameters)]
    if len(known) > _MOST_CANDIDATES:
        known = [candidate for candidate in known if candidate.lower() == name.lower()]
    by_lower: dict[str, list[str]] = {}
    for candidate in sorted(set(known)):
        by_lower.setdefault(candidate.lower(), []).append(candidate)
    matches = difflib.get_close_matches(name.lower(), by_lower, n=2, cutoff=0.6)
    best = [match for match in matches if _likeness(name.lower(), match) == _likeness(name.lower(), matches[0])]
    same = sorted(candidate for match in best for candidate in by_lower[match])
    same.sort(key=lambda candidate: -_likeness(name, candidate))
    return [candidate for candidate in same if _likeness(name, candidate) == _likeness(name, same[0])]


def _likeness(name: str, candidate: str) -> float:
    """Return how like a candidate a name is, computed as `difflib.get_close_matches` does."""
    return difflib.SequenceMatcher(None, candidate, name).ratio()
