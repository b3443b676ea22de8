"""Find the modules that a pickle needs by its opcodes, without unpickling it."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import pickletools
import zlib
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from kedro_bind.model.plan import Plan

__all__ = ["artifact_modules", "pickled_modules"]

_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_STORING = {"PUT", "BINPUT", "LONG_BINPUT"}
_FETCHING = {"GET", "BINGET", "LONG_BINGET"}
_LONGEST_NAME = 1 << 16
"""What is longer, in bytes, is data."""
_CHUNK = 1 << 16
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS


def artifact_modules(plan: Plan, folder: Path) -> set[str]:
    """Return the top-level modules that the pickled artifacts in a plan's folder name."""
    found: set[str] = set()
    for artifact in plan.artifacts.values():
        path = folder / artifact.location
        for file in (path, *path.rglob("*")):
            if file.is_file():
                found |= pickled_modules(file)
    return found


def pickled_modules(path: Path) -> set[str]:
    """Return the top-level modules whose classes and functions a pickle file names.

    The file may be compressed, as joblib does with zlib, gzip, bz2, xz and lzma. For a file that is not only a pickle,
    such as one of joblib with arrays in between, return the modules that are named before the first part that can't be
    read.
    """
    found: set[str] = set()
    strings: list[str] = []
    memo: dict[int, str] = {}
    last = ""
    with path.open("rb") as stored, _decompressed(stored) as file:
        pickled: Any = _WithoutData(file)  # has what `genops` uses of a file
        try:
            for opcode, argument, _ in pickletools.genops(pickled):
                index = argument if isinstance(argument, int) else -1
                if opcode.name in _STRINGS:
                    last = str(argument)
                    strings.append(last)
                elif opcode.name == "MEMOIZE":
                    memo[len(memo)] = last
                elif opcode.name in _STORING:
                    memo[index] = last
                elif opcode.name in _FETCHING:
                    last = memo.get(index, "")
                    strings.append(last)
                elif opcode.name == "GLOBAL":
                    found.add(str(argument).partition(" ")[0])
                elif opcode.name == "STACK_GLOBAL" and len(strings) > 1:
                    found.add(strings[-2])
                else:
                    last = ""
                del strings[:-2]
        except (ValueError, UnicodeDecodeError, OverflowError, EOFError, OSError, lzma.LZMAError, zlib.error):
            pass
    return {module.partition(".")[0] for module in found if module.partition(".")[0].isidentifier()}


def _decompressed(file: io.BufferedReader) -> IO[bytes]:
    """Return a reader that decompresses a file, or the file itself if it is not compressed."""
    start = file.peek(6)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if start.startswith((b"\xfd7zXZ\0", b"]\0\0")):
        return lzma.LZMAFile(file)
    if start.startswith((b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")):
        return io.BufferedReader(_Inflated(file))
    return file


class _Inflated(io.RawIOBase):
    """A reader of a file that zlib or gzip has compressed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._inflater = file, zlib.decompressobj(_ZLIB_OR_GZIP)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = b""
        while not found and (start := self._inflater.unconsumed_tail or self._file.read(_CHUNK)):
            found = self._inflater.decompress(start, len(buffer))
        buffer[: len(found)] = found
        return len(found)


class _WithoutData:
    """An open pickle in which the data of arrays, which may be gigabytes, is skipped and not read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.readline = file.readline

    def read(self, size: int) -> bytes:
        """Read a few bytes, such as a name; skip many."""
        if size <= _LONGEST_NAME:
            return self._file.read(size)
        if self._file.seekable():
            self._file.seek(size, os.SEEK_CUR)
        else:
            left = size
            while left > 0 and (skipped := len(self._file.read(min(left, _CHUNK)))):
                left -= skipped
        data = _Skipped()
        data.length = size
        return data


class _Skipped(bytes):
    """Bytes that are not there, of a length that satisfies `pickletools`."""

    length = 0

    def __len__(self) -> int:
        return self.length
