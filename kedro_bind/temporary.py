"""Temporary folders that are found again if the process that made them was killed.

All of a process are in one folder that is named after the process. MLflow's own temporary folders are put there too
while a model is logged: they hold a model each, and nothing else would tell whose they are.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.processes import ProcessId, has_ended, this_process
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TemporaryFolder", "remove_abandoned_folders", "temporary_files_here"]

logger = get_logger(__name__)

_PREFIX = "kedro-bind-"


@dataclass
class _Home:
    """This process's folder, `path` while anything is in it, and what was the system's before it took its place."""

    path: Path | None = None
    process: ProcessId | None = None
    system: str | None = None
    users: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def place(self) -> str:
        """Return where the system has its temporary folders, whatever takes its place now."""
        return self.system or tempfile.gettempdir()

    def make(self, name: str) -> Path:
        """Make a folder in this process's."""
        with self.lock:
            if self.path is None or not self.path.is_dir() or self.process != this_process():  # that of a fork's parent
                self.process = this_process()
                self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{self.process}.", dir=self.place()))
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.path))

    def remove(self, folder: Path) -> None:
        """Remove a folder, and with the last one this process's."""
        shutil.rmtree(folder, ignore_errors=True)
        with self.lock, suppress(OSError):
            folder.parent.rmdir()

    def take_over(self) -> None:
        """Become the place of all temporary folders; the one that has made a folder first."""
        with self.lock:
            self.system, self.users = self.place(), self.users + 1
            tempfile.tempdir = str(self.path)

    def give_back(self) -> None:
        """Undo `take_over`, when all who did it have."""
        with self.lock:
            self.users -= 1
            if not self.users:
                tempfile.tempdir, self.system = self.system, None


_home = _Home()


class TemporaryFolder:
    """A folder in this process's folder, until `cleanup`."""

    def __init__(self, name: str) -> None:
        self.path = _home.make(name)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Remove the folder with all that is in it."""
        _home.remove(self.path)


@contextmanager
def temporary_files_here() -> Iterator[None]:
    """Have whatever asks for a temporary folder meanwhile get one in this process's folder.

    That goes for all threads; who asks removes what it gets, as anywhere else.
    """
    with TemporaryFolder("keep"):
        _home.take_over()
        try:
            yield
        finally:
            _home.give_back()


def remove_abandoned_folders() -> None:
    """Remove the folders of processes that are gone."""
    for each in Path(_home.place()).glob(f"{_PREFIX}*"):
        process = ProcessId.parse(each.name.removeprefix(_PREFIX).partition(".")[0])
        if process is not None and has_ended(process):
            shutil.rmtree(each, ignore_errors=True)
            if not each.exists():
                logger.info("kedro_bind: removed the temporary folder %s of a process that is gone", each)
