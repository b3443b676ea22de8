"""An output on its way: parts beside each other, and, if it is to be one file, their joining at the end."""

from __future__ import annotations

import gzip
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.manifest import FILE, Manifest, read_manifest, write_manifest
from kedro_bind.scoring.parts import Parts
from kedro_bind.scoring.places import written_as_file

if TYPE_CHECKING:
    from kedro_bind.scoring.job import TablePlace

__all__ = ["Output"]


@dataclass(frozen=True)
class Output:
    """What is written: a folder of parts with its manifest, or a file with its manifest beside it."""

    place: TablePlace

    @property
    def is_file(self) -> bool:
        """Whether it becomes one file."""
        return written_as_file(self.place)

    @property
    def parts(self) -> Parts:
        """The parts: those of a file are in a folder of their own until it is there."""
        url = self.place.url.rstrip("/")
        return Parts(replace(self.place, url=f"{url}.parts" if self.is_file else url))

    @property
    def manifest_path(self) -> str:
        """Where the manifest of the finished output is."""
        return f"{self._path}.manifest.json" if self.is_file else f"{self._path}/{FILE}"

    @property
    def rejected_path(self) -> str:
        """Where the rejected rows of the finished output are."""
        if not self.is_file:
            return self.parts.rejected_folder
        folder, _, name = self._path.rpartition("/")
        stem, _, ends = name.partition(".")
        return f"{folder}/{stem}.rejected.{ends}"

    @property
    def _path(self) -> str:
        return self.place.file_system()[1].rstrip("/")

    def begun(self) -> Manifest | None:
        """Return the manifest of what is there, finished or not."""
        file_system = self.parts.file_system
        unfinished = read_manifest(file_system, f"{self.parts.folder}/{FILE}")
        return unfinished or read_manifest(file_system, self.manifest_path)

    def exists(self) -> bool:
        """Check whether there is anything in its place."""
        file_system = self.parts.file_system
        folder = self.parts.folder
        filled = file_system.isdir(folder) and bool(file_system.ls(folder, detail=False))
        return filled or (self.is_file and file_system.exists(self._path))

    def remove(self) -> None:
        """Remove what an earlier run has written.

        Raises:
            KedroBindError: it is a folder with something else in it.
        """
        parts = self.parts
        if parts.file_system.isdir(parts.folder):
            own = {*parts.paths(), f"{parts.folder}/{FILE}", parts.rejected_folder}
            found = [path.rstrip("/") for path in parts.file_system.ls(parts.folder, detail=False)]
            foreign = [path for path in found if path not in own and not path.endswith(".tmp")]
            if foreign:
                raise KedroBindError(
                    f"{self.place.url} has files in it that are not from this command, such as {foreign[0]}; "
                    "name another folder, or remove them"
                )
            parts.file_system.rm(parts.folder, recursive=True)
        if self.is_file:
            for path in (self._path, self.manifest_path, self.rejected_path):
                with suppress(FileNotFoundError):
                    parts.file_system.rm_file(path)

    def remove_empty(self) -> bool:
        """Remove what a run that failed has written if no part is complete, and return whether there was none."""
        parts = self.parts
        empty = not parts.paths()
        if empty and parts.file_system.isdir(parts.folder):
            parts.file_system.rm(parts.folder, recursive=True)
        return empty

    def finish(self, manifest: Manifest) -> None:
        """Join the parts if it is to be one file, and write the manifest of the whole."""
        parts = self.parts
        if not self.is_file:
            write_manifest(manifest, parts)
            return
        self._join(parts, parts.paths(), self._path)
        rejected = parts.paths(parts.rejected_folder)
        if rejected:
            self._join(parts, rejected, self.rejected_path)
        write_manifest(manifest, parts, self.manifest_path)
        parts.file_system.rm(parts.folder, recursive=True)

    def _join(self, parts: Parts, paths: list[str], target: str) -> None:
        file_system = parts.file_system
        is_compressed = target.endswith(".gz")
        if len(paths) == 1 and not is_compressed:
            file_system.mv(paths[0], target)
            return
        with parts.written(target) as file:
            if self.place.format == "parquet":
                _join_parquet(file_system, paths, file)
            elif is_compressed:
                with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:  # the same bytes for the same rows
                    _join_text(file_system, paths, packed, headers=self.place.format == "csv")
            else:
                _join_text(file_system, paths, file, headers=self.place.format == "csv")


def _join_text(file_system: Any, paths: list[str], file: Any, *, headers: bool) -> None:
    for place, path in enumerate(paths):
        with file_system.open(path, "rb") as part:
            if place and headers:
                part.readline()  # names of columns have no line ends in them
            while block := part.read(1 << 22):
                file.write(block)


def _join_parquet(file_system: Any, paths: list[str], file: Any) -> None:
    import pyarrow.parquet as pq

    writer = None
    for path in paths:
        with file_system.open(path, "rb") as part:
            table = pq.read_table(part)
        if writer is None:
            writer = pq.ParquetWriter(file, table.schema)
        writer.write_table(table, row_group_size=max(table.num_rows, 1))
    if writer is not None:
        writer.close()
