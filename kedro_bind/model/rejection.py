"""Describe in one line why a validator rejected data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["describe_rejection"]

_MOST_CHECKS, _MOST_EXAMPLES, _MOST_CHARACTERS = 10, 5, 200


def describe_rejection(error: Exception) -> str:
    """Return what failed: column, check, count and examples, with row numbers if the validator gives them."""
    failures = getattr(error, "failures", None)
    if not failures:
        message = getattr(error, "message", None) or str(error)
        return _short(" ".join(str(message).split())) or type(error).__name__
    rows = _rows(error)
    lines = [_failure(failure, rows) for failure in failures[:_MOST_CHECKS]]
    more = len(failures) - _MOST_CHECKS
    return "; ".join([*lines, f"and {more} more checks"] if more > 0 else lines)


def _failure(failure: Any, rows: Mapping[tuple[str | None, str | None], list[Any]]) -> str:
    check = _short(failure.check or failure.message)
    where = f"column '{_short(failure.column)}': " if failure.column else ""
    count = failure.failure_count
    line = f"{where}{check} fails {'once' if count == 1 else f'{count} times'}"
    examples = [_short(example) for example in failure.failure_examples[:_MOST_EXAMPLES]]
    if not examples:
        return line
    indices = rows.get((failure.column, failure.check), [])
    shown = [f"row {index}: {example}" for index, example in zip(indices, examples, strict=False)] or examples
    return f"{line} ({'' if count <= len(shown) else 'such as '}{', '.join(shown)})"


def _rows(error: Exception) -> dict[tuple[str | None, str | None], list[Any]]:
    """Return the rows of the failures by column and check, from pandera's error, which is the cause of Kedro's."""
    cases: Any = getattr(error.__cause__, "failure_cases", None)
    if not hasattr(cases, "columns") or not {"index", "column", "check"} <= set(cases.columns):
        return {}
    records = cases.to_dicts() if hasattr(cases, "to_dicts") else cases.to_dict(orient="records")
    found: dict[tuple[str | None, str | None], list[Any]] = {}
    for record in records:
        index = record["index"]
        if index is None or index != index:  # noqa: PLR0124 - not a number
            continue
        row = int(index) if isinstance(index, float) and index.is_integer() else index
        found.setdefault((_text(record["column"]), _text(record["check"])), []).append(row)
    return found


def _text(value: Any) -> str | None:
    return None if value is None or value != value else str(value)  # noqa: PLR0124 - not a number


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
