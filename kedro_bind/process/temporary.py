"""Temporary folders that can be found and removed if the process that created them was killed.

All temporary folders of a process are in one folder, which is named after the process. While a model and its picture
are logged, those of MLflow are, too: nothing else would identify their owner. Whatever an interruption leaves there
(for example, while MLflow removes its copy of a model) is removed when the process ends.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.process.owners import ProcessId, has_ended, this_process
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TemporaryFolder", "remove_abandoned_folders", "temporary_files_here"]

logger = get_logger(__name__)

_PREFIX = "kedro-bind-"


@dataclass
class _Home:
    """The folder of this process, which is at `path` while it is in use.

    `system` is Python's setting for temporary folders while `users` of this folder have replaced it.
    """

    path: Path | None = None
    process: ProcessId | None = None
    system: str | None = None
    users: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self) -> str:
        """Return the system's folder for temporary files, even while it is replaced."""
        return self.system or tempfile.gettempdir()

    def make(self, name: str) -> Path:
        """Create a folder in that of this process."""
        with self.lock:
            if (
                self.path is None or not self.path.is_dir() or self.process != this_process()
            ):  # the parent's, after a fork
                self.process = this_process()
                self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{self.process}.", dir=self.place()))
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.path))

    def remove(self, folder: Path) -> None:
        """Remove a folder, and that of this process if it is then empty."""
        shutil.rmtree(folder, ignore_errors=True)
        with self.lock, suppress(OSError):
            folder.parent.rmdir()

    def remove_all(self) -> None:
        """Remove the folder of this process with all that is in it."""
        if self.path is not None and self.process == this_process():
            shutil.rmtree(self.path, ignore_errors=True)

    def take_over(self) -> None:
        """Replace the system's folder for temporary files."""
        with self.lock:
            self.system, self.users = self.place(), self.users + 1
            tempfile.tempdir = str(self.path)

    def give_back(self) -> None:
        """Undo `take_over`, once every user has called this."""
        with self.lock:
            self.users -= 1
            if not self.users:
                tempfile.tempdir, self.system = self.system, None


_home = _Home()
atexit.register(_home.remove_all)


class TemporaryFolder:
    """A folder in that of this process, which exists until `cleanup`."""

    def __init__(self, name: str) -> None:
        self.path = _home.make(name)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Remove the folder and its contents."""
        _home.remove(self.path)


@contextmanager
def temporary_files_here() -> Iterator[None]:
    """Within the block, create all temporary files of this process in its own folder.

    This applies to all threads. Whoever creates a file still has to remove it.
    """
    with TemporaryFolder("keep"):
        _home.take_over()
        try:
            yield
        finally:
            _home.give_back()


def remove_abandoned_folders() -> None:
    """Remove the folders of processes that are gone."""
    for folder in Path(_home.place()).glob(f"{_PREFIX}*"):
        process = ProcessId.parse(folder.name.removeprefix(_PREFIX).partition(".")[0])
        if process is not None and has_ended(process):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                logger.info("kedro_bind: removed the temporary folder %s of a process that is gone", folder)
