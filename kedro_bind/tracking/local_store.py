"""Create an MLflow store in a sqlite file, either completely or not at all.

MLflow creates its tables one by one in the file itself (seen in MLflow 3.1 to 3.17). Two processes that do so at the
same time break the file for good, and so does one that is killed meanwhile.
"""

from __future__ import annotations

import glob
import os
import shutil
import threading
from pathlib import Path

from kedro_bind.errors import LoggingError
from kedro_bind.process.owners import ProcessId, has_ended, this_process
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.store_errors import describe_error

__all__ = ["make_store"]

_PREFIX = "sqlite:///"
_lock = threading.Lock()
"""Alembic, which creates the tables, keeps its state in one place for all threads."""


def make_store(uri: str) -> bool:
    """Create the store at an address if it is a file that does not exist; return whether this call created it.

    The tables are created in another file, which is then renamed. If several processes do so, the first one to rename
    its file wins, and the others use that file.

    Raises:
        LoggingError: the file can't be written.
    """
    name = uri.removeprefix(_PREFIX)
    if name == uri or "?" in name or name in ("", ":memory:"):
        return False
    try:
        return _made(Path(name))
    except OSError as error:
        raise LoggingError(f"the store {uri} can't be created: {describe_error(error)}") from error


def _made(file: Path) -> bool:
    _remove_abandoned(file)
    with _lock:
        if file.exists():
            return False
        import mlflow

        with TemporaryFolder("store") as folder:
            new = folder / file.name
            address = f"{_PREFIX}{new.as_posix()}"
            mlflow.MlflowClient(address, address).search_experiments(max_results=1)
            return _moved(new, file)


def _moved(new: Path, file: Path) -> bool:
    """Move a finished store to its place; return `False` if another process has created it first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.{this_process()}")
    try:
        shutil.copyfile(new, beside)
        return _rename_unless_exists(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def _rename_unless_exists(origin: Path, place: Path) -> bool:
    try:
        os.link(origin, place)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if place.exists():
            return False
        origin.replace(place)
    return True


def _remove_abandoned(file: Path) -> None:
    """Remove the files of processes that were killed while they created the store."""
    for abandoned in file.parent.glob(f"{glob.escape(file.name)}.*"):
        process = ProcessId.parse(abandoned.name.removeprefix(f"{file.name}."))
        if process is not None and has_ended(process):
            abandoned.unlink(missing_ok=True)
