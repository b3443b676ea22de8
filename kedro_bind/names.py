"""Names of datasets and parameters, and names of folders that are derived from other names."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PATH_KEYS", "Names", "bare", "flat", "folder_name", "is_in", "namesake"]

Names: TypeAlias = str | list[str] | dict[str, str] | None
"""The inputs or outputs of a node, in the forms that Kedro accepts."""
PATH_KEYS = ("filepath", "path")
"""The arguments of datasets that name the place of their data."""
_UNSAFE = re.compile(r"[^\w.@-]+")
_MOST_BYTES = 100
"""File systems allow 255 bytes; a number may be appended, and whole paths have a limit, too."""


def flat(names: Names) -> list[str]:
    """Return the names of a node's inputs or outputs, in order."""
    if isinstance(names, str):
        return [names]
    return list(names.values()) if isinstance(names, dict) else list(names or ())


def bare(name: str) -> str:
    """Return a dataset's name without Kedro's transcoding: `data` for `data@pandas`."""
    return name.partition("@")[0]


def namesake(name: str, known: Iterable[str]) -> str | None:
    """Return the only name that differs just in its namespace, such as `companies` for `inference.companies`."""

    def last(full: str) -> str:
        return bare(full).removeprefix("params:").rpartition(".")[2]

    own = last(name)
    same = sorted(other for other in known if last(other) == own and other != name)
    outer = [other for other in same if "." not in other]
    found = outer or same
    return found[0] if len(found) == 1 else None


def is_in(key: str, parameter: str) -> bool:
    """Return whether a key of Kedro's parameters belongs to a parameter, or is below one that does."""
    return parameter == "parameters" or f"params:{key}.".startswith(f"{parameter}.")


def folder_name(name: str) -> str:
    """Return a name that every file system accepts; a long one is cut, and ends in a digest of the whole name."""
    safe = _UNSAFE.sub("_", name).strip(".") or "_"
    encoded = safe.encode()
    if len(encoded) <= _MOST_BYTES:
        return safe
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{encoded[: _MOST_BYTES - 13].decode(errors='ignore')}-{digest}"
