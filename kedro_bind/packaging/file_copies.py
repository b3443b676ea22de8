"""Copy the data of an artifact with its sha256, and link files that no longer change."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.model.digest import add_rest, digest, new_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

__all__ = ["copy_with_digest", "link_file"]

_PART = 1 << 24


def copy_with_digest(origin: Path, place: Path) -> str:
    """Copy a file or a folder that may be written to at the same time; return the sha256 of the copy, as `digest` does.

    A file is hashed while it is copied, a folder afterwards. Copies share their blocks with the original if the file
    system supports that.

    Raises:
        OSError: it can't be copied, or was written to during the copy.
    """
    before = _state(origin)
    if origin.is_dir():
        shutil.copytree(origin, place, copy_function=_copy_file)
        sha256 = digest(place)
    else:
        sha256 = _copied_and_hashed(origin, place)
    if _state(origin) != before:
        raise OSError("it was written to while it was copied; log the model again when that is done")
    return sha256


def link_file(origin: str, place: str) -> None:
    """Link a file that is not written to any more; copy it to a file system without links, or to another one."""
    try:
        os.link(origin, place)
    except OSError:
        shutil.copy2(origin, place)


def _state(origin: Path) -> list[tuple[str, int, int]]:
    files = sorted(origin.rglob("*")) if origin.is_dir() else [origin]
    return [(str(file), (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files]


def _copied_and_hashed(origin: Path, place: Path) -> str:
    """Copy a file; a second thread hashes what has been copied while the next part is copied."""
    place.touch()
    total = new_hash()
    hashed: list[Future[None]] = []
    with place.open("rb", buffering=0) as copy, ThreadPoolExecutor(max_workers=1) as thread:
        _copy_file(origin, place, lambda: hashed.append(thread.submit(add_rest, total, copy)))
        for part in hashed:
            part.result()
    return total.hexdigest()


def _copy_file(origin: str | Path, place: str | Path, on_part: Callable[[], object] = lambda: None) -> None:
    """Copy a file in parts, and call `on_part` after each of them."""
    with Path(origin).open("rb", buffering=0) as source, Path(place).open("wb", buffering=0) as target:
        while _copy_part(source.fileno(), target.fileno()):
            on_part()


def _copy_part(source: int, target: int) -> int:
    """Copy the next part between open files; return its size in bytes, 0 at the end.

    Linux's `copy_file_range` makes reflinks on Btrfs and XFS. Where it does not work, such as between some file systems
    and for files in `/proc`, the part is read and written.
    """
    try:
        if count := os.copy_file_range(source, target, _PART):
            return count
    except (AttributeError, OSError):  # another system, or not supported here
        pass
    part = memoryview(os.read(source, _PART))
    left = part
    while left:
        left = left[os.write(target, left) :]
    return len(part)
