"""Record the files of a training when it begins, so that a later logging can find out whether they have changed.

Modification times alone are not enough: a file may come from a machine whose clock is ahead.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io.core import DatasetError, is_parameter

from kedro_bind.binding.datasets import stored
from kedro_bind.errors import KedroBindError
from kedro_bind.model.digest import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["FILES_TAG", "Fingerprint", "fingerprint", "local_file", "read_fingerprints", "record_files"]

FILES_TAG = "kedro_bind.files"
"""The tag of an MLflow run that has the record."""
_MOST_CHARACTERS = 5000
"""The longest tag that every MLflow store accepts; a longer record is left out, and modification times decide."""
_MOST_BYTES_READ = 1 << 25
"""Up to this size, contents are compared if times differ: reading them takes some hundredths of a second."""


@dataclass(frozen=True)
class Fingerprint:
    """The size and modification time of a file, or of a folder's files, and the sha256 if they are small."""

    size: int
    written: int
    sha256: str = ""

    def is_of(self, other: Fingerprint) -> bool:
        """Return whether nothing has changed since the other fingerprint was taken."""
        if self.size != other.size:
            return False
        return self.written == other.written or bool(self.sha256 and self.sha256 == other.sha256)


def record_files(bindings: Iterable[ResolvedBinding], catalog: Any) -> str:
    """Return a record of the inputs of training, and of the artifacts of an earlier training.

    It covers local files and folders; of a versioned dataset, the version that training would load.
    """
    record: dict[str, list[Any]] = {}
    for binding in bindings:
        inputs = {name for name in binding.training.inputs() if not is_parameter(name)}
        for name in sorted(inputs | set(binding.artifact_sources.values())):
            path = local_file(name, catalog)
            found = fingerprint(path, read=name in inputs) if path is not None else None
            if found is not None:
                record[name] = [found.size, found.written, found.sha256]
    text = json.dumps(record, separators=(",", ":"))
    return text if len(text) <= _MOST_CHARACTERS else ""


def read_fingerprints(tags: Mapping[str, str]) -> dict[str, Fingerprint] | None:
    """Return what a run recorded, by dataset; `None` if there is no record."""
    if not tags.get(FILES_TAG):
        return None
    return {name: Fingerprint(*fields) for name, fields in json.loads(tags[FILES_TAG]).items()}


def local_file(name: str, catalog: Any) -> Path | None:
    """Return the local file or folder of a dataset, of a versioned one that of its last version; else `None`."""
    try:
        found = stored(catalog, name)
    except (KedroBindError, DatasetError, OSError):  # in memory, or without a version
        return None
    if found.version is not None:
        with suppress(DatasetError):
            found.dataset.release()  # forgets this version: training may write the next one under a transcoded name
    return Path(found.path) if found.path is not None and found.protocol == "file" else None


def fingerprint(path: Path, *, read: bool) -> Fingerprint | None:
    """Return the fingerprint of a path, with its content if that is to be `read`; `None` if it does not exist."""
    try:
        files = [file.stat() for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()]
        size = sum(file.st_size for file in files)
        content = digest(path) if read and files and size <= _MOST_BYTES_READ else ""
    except OSError:  # just deleted
        return None
    return Fingerprint(size, max(file.st_mtime_ns for file in files), content) if files else None
