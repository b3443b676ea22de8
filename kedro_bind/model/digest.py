"""The sha256 of a file or a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

__all__ = ["add_rest", "digest", "new_hash"]

_CHUNK = 1 << 18


def digest(path: Path) -> str:
    """Return the sha256 of a file, or of the names and contents of all files in a folder."""
    total = new_hash()
    for file in sorted(_files(path)):
        if path.is_dir():
            total.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb", buffering=0) as stream:
            add_rest(total, stream)
    return total.hexdigest()


def new_hash() -> hashlib._Hash:
    """Return an empty hash; that of the content of a file is its `digest`."""
    return hashlib.sha256()


def add_rest(total: hashlib._Hash, stream: io.FileIO) -> None:
    """Add the rest of an unbuffered file to a hash."""
    buffer = memoryview(bytearray(_CHUNK))
    while count := stream.readinto(buffer):
        total.update(buffer[:count])


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file())
    else:
        yield path
