"""Names of datasets, and of folders and files that are made of other names."""

from __future__ import annotations

import hashlib
import re
from typing import TypeAlias

__all__ = ["PATH_KEYS", "Names", "bare", "flat", "folder_name", "is_in"]

Names: TypeAlias = str | list[str] | dict[str, str] | None
"""The inputs or outputs of a node in the form in which Kedro writes them."""
PATH_KEYS = ("filepath", "path")
"""The arguments by which datasets take the place of their data."""
_UNSAFE = re.compile(r"[^\w.@-]+")
_MOST_BYTES = 100
"""File systems take 255 bytes; a number may be appended, and a path of many such folders has its limit as well."""


def flat(names: Names) -> list[str]:
    """Return the names of a node's inputs or outputs, in their order."""
    if isinstance(names, str):
        return [names]
    return list(names.values()) if isinstance(names, dict) else list(names or ())


def bare(name: str) -> str:
    """Return a dataset's name without Kedro's transcoding: `data` for `data@pandas`."""
    return name.partition("@")[0]


def is_in(key: str, parameter: str) -> bool:
    """Return whether a key of Kedro's parameters is that of a parameter, or below it."""
    return parameter == "parameters" or f"params:{key}.".startswith(f"{parameter}.")


def folder_name(name: str) -> str:
    """Return a name that every file system takes; a long one is cut, and ends in a digest of the whole."""
    safe = _UNSAFE.sub("_", name).strip(".") or "_"
    encoded = safe.encode()
    if len(encoded) <= _MOST_BYTES:
        return safe
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{encoded[: _MOST_BYTES - 13].decode(errors='ignore')}-{digest}"
