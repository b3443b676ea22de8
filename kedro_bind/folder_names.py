"""Names of datasets, models and experiments as names of folders and files."""

from __future__ import annotations

import hashlib
import re

__all__ = ["folder_name"]

_UNSAFE = re.compile(r"[^\w.@-]+")
_MOST_BYTES = 100
"""File systems take 255 bytes; a number may be appended, and a path of many such folders has its limit as well."""


def folder_name(name: str) -> str:
    """Return a name that every file system takes; a long one is cut, and ends in a digest of the whole."""
    safe = _UNSAFE.sub("_", name).strip(".") or "_"
    encoded = safe.encode()
    if len(encoded) <= _MOST_BYTES:
        return safe
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{encoded[: _MOST_BYTES - 13].decode(errors='ignore')}-{digest}"
