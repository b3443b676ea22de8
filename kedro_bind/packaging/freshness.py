"""Find artifacts of a binding that are missing, or older than the data that training computes them from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io.core import DatasetError, is_parameter

from kedro_bind.binding.datasets import stored
from kedro_bind.errors import KedroBindError, LoggingError
from kedro_bind.names import bare
from kedro_bind.packaging.fingerprints import fingerprint, local_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.packaging.fingerprints import Fingerprint

__all__ = ["missing_artifacts", "stale_artifacts"]


@dataclass(frozen=True)
class _File:
    """A local file or folder, and when it was last written to."""

    path: Path
    written: int
    is_versioned: bool

    def __str__(self) -> str:
        return f"{self.path}, {datetime.fromtimestamp(self.written / 1e9).astimezone():%Y-%m-%d %H:%M:%S}"


def missing_artifacts(binding: ResolvedBinding, catalog: Any) -> list[str]:
    """Name the artifacts whose files are missing, with their URIs; artifacts that are not files are ignored."""
    missing = []
    for name in sorted(set(binding.artifact_sources.values())):
        try:
            found = stored(catalog, name)
        except LoggingError as error:  # a versioned dataset without a version
            missing.append(f"'{name}' ({error.message})")
            continue
        if found.path is not None and not found.dataset.exists():
            missing.append(f"'{name}' ({found.uri})")
    return missing


def stale_artifacts(
    binding: ResolvedBinding, catalog: Any, record: Mapping[str, Fingerprint] | None = None
) -> list[str]:
    """Return messages about artifacts that are out of date: files that they are computed from have changed since.

    `record` has the fingerprints of a run's files before it trained: an artifact that was written since is up to date
    as long as the inputs are the same. For other artifacts, without a record, and for an input with another version
    than the recorded one, modification times are compared: that of the newest file in a folder, and of the last version
    of a versioned dataset. Only local files are compared.
    """
    stale = []
    inputs = binding.training.inputs()
    for name in sorted(set(binding.artifact_sources.values())):
        own = _file(name, catalog)
        if own is None:
            continue
        recorded = record if record is not None and _written_since(name, catalog, record) else {}
        for source in sorted(_computed_from(binding.training, name)):
            other = _file(source, catalog)
            if other is None or other.path == own.path:
                continue
            before = recorded.get(source) if source in inputs else None
            if before is not None and _is_unchanged(other.path, before):
                continue
            if before is not None and not other.is_versioned:
                stale.append(f"'{name}' ({own}) was trained before '{source}' ({other}) changed")
                break
            if other.written > own.written:
                stale.append(f"'{name}' ({own}) is older than '{source}' ({other}), which it is computed from")
                break
    return stale


def _written_since(name: str, catalog: Any, record: Mapping[str, Fingerprint]) -> bool:
    """Return whether an artifact has changed since the record was made."""
    path = local_file(name, catalog)
    now = fingerprint(path, read=False) if path is not None else None
    return now is not None and (name not in record or not now.is_of(record[name]))


def _is_unchanged(path: Path, before: Fingerprint) -> bool:
    now = fingerprint(path, read=bool(before.sha256))
    return now is not None and now.is_of(before)


def _computed_from(training: Pipeline, name: str) -> set[str]:
    """Return the datasets that a dataset is computed from, directly or not."""
    makers = {bare(output): node for node in training.nodes for output in node.outputs}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        node = makers.get(bare(waiting.pop()))
        new = {source for source in node.inputs if not is_parameter(source)} - found if node else set()
        found |= new
        waiting += new
    return found


def _file(name: str, catalog: Any) -> _File | None:
    """Return the local file or folder of a dataset; `None` if it has none, or if it is missing."""
    try:
        found = stored(catalog, name)
        if found.path is None or found.protocol != "file":
            return None
        path = Path(found.path)
        written = max(_times(path), default=None)
    except (KedroBindError, DatasetError, OSError):  # in memory, without a version, or just deleted
        return None
    return _File(path, written, found.version is not None) if written is not None else None


def _times(path: Path) -> Iterator[int]:
    if path.is_dir():
        yield from (file.stat().st_mtime_ns for file in path.rglob("*") if file.is_file())
    elif path.exists():
        yield path.stat().st_mtime_ns
