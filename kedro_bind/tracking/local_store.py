"""An MLflow store in a file of sqlite: made as a whole, or not at all.

MLflow makes its tables step by step in the file itself. Two processes that do so at the same time break it for good, as
does one that is killed meanwhile.
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from kedro_bind.processes import ProcessId, has_ended, this_process
from kedro_bind.temporary import TemporaryFolder

__all__ = ["BROKEN", "make_store"]

BROKEN = (
    "no such table",
    "already exists",
    "no such column",
    "duplicate column",
    "file is not a database",
    "malformed",
    "Can't locate revision",
)
"""What sqlite and alembic say of a file that has other tables than MLflow's, or none, or is damaged."""
_PREFIX = "sqlite:///"
_lock = threading.Lock()
"""Alembic, which makes the tables, keeps what it is doing in one place for all threads."""


def make_store(uri: str) -> bool:
    """Make the store of an address if it is a file that does not exist, and return whether that was done here.

    The tables are made in another file, which then gets the name. Of several processes one is the first; the
    others use its file.
    """
    if not uri.startswith(_PREFIX) or "?" in uri:
        return False
    file = Path(uri.removeprefix(_PREFIX))
    _remove_abandoned(file)
    with _lock:
        if file.exists():
            return False
        import mlflow

        with TemporaryFolder("store") as folder:
            made = folder / file.name
            address = f"{_PREFIX}{made.as_posix()}"
            mlflow.MlflowClient(address, address).search_experiments(max_results=1)
            file.parent.mkdir(parents=True, exist_ok=True)
            beside = file.with_name(f"{file.name}.{this_process()}")
            try:
                shutil.copyfile(made, beside)
                return _rename_unless_there(beside, file)
            finally:
                beside.unlink(missing_ok=True)


def _rename_unless_there(origin: Path, place: Path) -> bool:
    try:
        os.link(origin, place)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if place.exists():
            return False
        origin.replace(place)
    return True


def _remove_abandoned(file: Path) -> None:
    """Remove what a process left that was killed while it made the store."""
    for each in file.parent.glob(f"{file.name}.*"):
        process = ProcessId.parse(each.name.removeprefix(f"{file.name}."))
        if process is not None and has_ended(process):
            each.unlink(missing_ok=True)
