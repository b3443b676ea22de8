"""Whether MLflow can type the value of a parameter."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

__all__ = ["described", "is_typed"]

_LARGEST, _SMALLEST = 2**63 - 1, -(2**63)


def is_typed(value: Any) -> bool:
    """Check whether MLflow can type a value as a parameter.

    This mirrors `mlflow.types.utils._infer_param_schema`, since importing MLflow takes longer than all checks;
    tests/kedro_bind/checks/test_parameter_typing.py compares the two. An empty list, which MLflow takes for a list of
    dates, has no type here: it does not say what may be in it.
    """
    if isinstance(value, dict):
        return bool(value) and _fits(value, _type_of(value))
    if isinstance(value, list):
        kinds = {_kind(item) for item in value}
        return None not in kinds and (len(kinds) == 1 or kinds == {"int", "float"})
    return _kind(value) is not None


_ANY, _CLASH = "any", None
"""The type of a value that could be of any (null, an empty list), and of values that have no type in common.

The type of a scalar is a word, that of a list is a list with one type, that of a mapping is a mapping of types.
"""


def _kind(value: Any) -> str | None:
    if isinstance(value, dt.date):
        return "date"
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        return None
    return type(value).__name__ if isinstance(value, bool | int | float | str) else None


def _type_of(value: Any) -> Any:
    if value is None or value in ([], {}):
        return _ANY
    if isinstance(value, dict):
        named = all(isinstance(key, str) for key in value)
        return {key: _type_of(item) for key, item in value.items()} if named else _CLASH
    if isinstance(value, list):
        return [functools.reduce(_merged, map(_type_of, value))]
    return _CLASH if isinstance(value, dt.date) else _kind(value)


def _merged(one: Any, other: Any) -> Any:
    if _ANY in (one, other):
        return other if one == _ANY else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merged(one.get(key, _ANY), other.get(key, _ANY)) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(one[0], other[0])]
    return one if one == other else _CLASH


def _fits(value: Any, kind: Any, *, listed: bool = False) -> bool:
    if kind is _CLASH:
        return False
    if value is None:  # a key may be left out; in a list, MLflow takes it among these alone
        return not listed or kind in (_ANY, [_ANY], "float", "bool", "str")
    if isinstance(value, dict) and isinstance(kind, dict):
        return all(_fits(item, kind[key]) for key, item in value.items())
    if isinstance(value, list) and isinstance(kind, list):
        return all(_fits(item, kind[0], listed=True) for item in value)
    return kind == _ANY or not isinstance(value, dict | list)


def described(value: Any) -> str:
    """Describe a value that has no type, down to the part of it that is the reason."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        culprit = next((key for key, item in value.items() if not is_typed({key: item})), None)
        inside = f" whose '{culprit}' is {described(value[culprit])}" if culprit is not None else ""
        return f"a mapping{inside}" if value else "an empty mapping"
    if isinstance(value, list):
        if not value:
            return "an empty list"
        mixed = len({type(item) for item in value}) > 1
        return "a list of mappings" if isinstance(value[0], dict) else f"a list{' of several types' if mixed else ''}"
    return f"a value of the type {type(value).__name__}"
