"""The sha256 of what lies at a path."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["digest"]

_CHUNK = 1 << 22


def digest(path: Path) -> str:
    """Give the sha256 of a file, or of the names and contents of all files of a folder."""
    total = hashlib.sha256()
    buffer = memoryview(bytearray(_CHUNK))
    for each in sorted(_files(path)):
        if path.is_dir():
            total.update(each.relative_to(path).as_posix().encode() + b"\0")
        with each.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                total.update(buffer[:count])
    return total.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (each for each in path.rglob("*") if each.is_file())
    else:
        yield path
