"""Check that a plan keeps values unchanged."""

from __future__ import annotations

from typing import Any

from yaml import YAMLError

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan_file import from_yaml, to_yaml

__all__ = ["require_plain", "survives_yaml"]

_DEEP = 100
"""How many levels down to look for a value that is not kept; only a list that contains itself has more."""


def require_plain(name: str, value: Any) -> None:
    """Reject a value that YAML changes, such as a tuple, which is read as a list.

    Raises:
        LoggingError: the value, or one in it, would be a different one when the model is loaded.
    """
    if survives_yaml(value):
        return
    for _ in range(_DEEP):
        inner = [member for member in _members(value) if not survives_yaml(member)]
        if not inner:
            break
        value = inner[0]
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    raise LoggingError(
        f"the model's plan can't keep {name}: it is, or contains, a value of type '{kind}'"
        "; use plain values: text, numbers, dates, lists, mappings"
    )


def survives_yaml(value: Any) -> bool:
    """Return whether a value is the same after it was written to YAML and read again."""
    try:
        return _same(from_yaml(to_yaml(value)), value)
    except (YAMLError, ValueError, TypeError, RecursionError):
        return False


def _same(read: Any, value: Any) -> bool:
    """Return whether two values are equal, and of equal types at all levels."""
    if type(read) is not type(value):
        return False
    if isinstance(value, dict):
        return _same(list(read), list(value)) and _same(list(read.values()), list(value.values()))
    if isinstance(value, list | tuple):
        return len(read) == len(value) and all(map(_same, read, value))
    if isinstance(value, set):
        return {(type(member), member) for member in read} == {(type(member), member) for member in value}
    return bool(read == value) or bool(read != read and value != value)  # noqa: PLR0124 - not a number


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list | tuple | set) else []
