"""What differs between two models: values, as they are compared and as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kedro_bind.evaluation.difference.rows import PredictionDifference

__all__ = ["SECTIONS", "Change", "ModelDifference", "changes_between", "flattened"]

SECTIONS = (
    "nodes",
    "parameters",
    "artifacts",
    "signature",
    "requirements",
    "copy modes",
    "runner",
    "options",
    "metrics",
)
"""The parts of a model that are compared, in the order in which they are shown."""


@dataclass(frozen=True)
class Change:
    """One part that was added, removed or changed; `before` and `after` are texts."""

    section: str
    name: str
    kind: str
    before: str = ""
    after: str = ""
    detail: str = ""


@dataclass(frozen=True)
class ModelDifference:
    """All that differs between two models, and their predictions on the same rows, if there are any."""

    before: str
    after: str
    changes: Sequence[Change]
    predictions: PredictionDifference

    @property
    def different(self) -> bool:
        """Whether anything differs."""
        return bool(self.changes) or self.predictions.different


def changes_between(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Compare two mappings key by key."""
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield Change(section, name, "removed", before=shown(before[name]))
        elif name not in before:
            yield Change(section, name, "added", after=shown(after[name]))
        elif not _equal(before[name], after[name]):
            yield Change(section, name, "changed", shown(before[name]), shown(after[name]))


def flattened(values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return nested mappings as one, with keys that are joined by dots."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{above}.{key}" if above else str(key)
        found |= flattened(value, path) if isinstance(value, dict) and value else {path: value}
    return found


def shown(value: Any) -> str:
    """Show a value in one line; a large one by its shape."""
    shape = getattr(value, "shape", None)
    if shape and len(shape) > 0:
        return f"array of shape {shape}" if getattr(value, "size", 0) > _MOST_ELEMENTS else str(value.tolist())
    text = value if isinstance(value, str) else repr(getattr(value, "item", lambda: value)())
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


_MOST_ELEMENTS = 6
_MOST_CHARACTERS = 120


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if hasattr(one, "shape"):
        import numpy as np

        return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - NaN is the same as NaN here
