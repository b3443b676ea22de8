"""Parts of an output: written under a temporary name and moved, so that one that is there is whole."""

from __future__ import annotations

import base64
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from kedro_bind.scoring.job import TablePlace

__all__ = ["Parts", "decoded_schema", "encoded_schema", "write_table"]

_TEMPORARY = ".tmp"


@dataclass(frozen=True)
class Parts:
    """The folder of an output's parts, and in it the one of the rejected rows."""

    place: TablePlace
    file_system: Any = field(init=False)
    folder: str = field(init=False)

    def __post_init__(self) -> None:
        file_system, folder = self.place.file_system()
        object.__setattr__(self, "file_system", file_system)
        object.__setattr__(self, "folder", folder.rstrip("/"))

    @property
    def rejected_folder(self) -> str:
        """Where the rows that were rejected are."""
        return f"{self.folder}/_rejected"

    def name(self, number: int) -> str:
        """Return the name of a chunk's part."""
        return f"part-{number:06}.{self.place.format}"

    def path(self, number: int) -> str:
        """Return the path of a chunk's part."""
        return f"{self.folder}/{self.name(number)}"

    def write(self, number: int, table: pa.Table) -> None:
        """Write the part of a chunk."""
        with self.written(self.path(number)) as file:
            write_table(table, file, self.place)

    def write_rejected(self, number: int, table: pa.Table) -> None:
        """Write the rejected rows of a chunk; that is done before its part is there."""
        self.file_system.makedirs(self.rejected_folder, exist_ok=True)
        with self.written(f"{self.rejected_folder}/{self.name(number)}") as file:
            write_table(table, file, self.place)

    def written_numbers(self) -> frozenset[int]:
        """Return the chunks whose parts are there."""
        return frozenset(int(path.rsplit("-", 1)[-1].partition(".")[0]) for path in self.paths())

    def paths(self, folder: str | None = None) -> list[str]:
        """Return the paths of all parts in their order."""
        folder = folder or self.folder
        self.file_system.invalidate_cache()  # other processes write here
        with suppress(FileNotFoundError):
            found = [path.rstrip("/") for path in self.file_system.ls(folder, detail=False)]
            return sorted(path for path in found if path.rsplit("/", 1)[-1].startswith("part-"))
        return []

    def remove_unfinished(self) -> None:
        """Remove what a run that was killed was about to write."""
        for folder in (self.folder, self.rejected_folder):
            with suppress(FileNotFoundError):
                for path in self.file_system.ls(folder, detail=False):
                    if path.endswith(_TEMPORARY):
                        self.file_system.rm_file(path)

    @contextmanager
    def written(self, path: str) -> Iterator[Any]:
        """Open a file for writing that takes its name when it is whole."""
        folder, _, name = path.rpartition("/")
        temporary = f"{folder}/.{name}.{os.getpid()}{_TEMPORARY}"
        with self.file_system.open(temporary, "wb") as file:
            yield file
        self.file_system.mv(temporary, path)


def write_table(table: pa.Table, file: Any, place: TablePlace, *, header: bool = True) -> None:
    """Write a table to an open file in the format of a place."""
    if place.format == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, file, row_group_size=max(table.num_rows, 1))
    elif place.format == "csv":
        from pyarrow import csv

        csv.write_csv(table, file, csv.WriteOptions(include_header=header, delimiter=place.separator))
    else:
        for batch in table.to_batches(max_chunksize=10_000):
            file.write("".join(_line(row) for row in batch.to_pylist()).encode())


def encoded_schema(schema: pa.Schema) -> str:
    """Return a schema as text."""
    return base64.b64encode(schema.serialize().to_pybytes()).decode()


def decoded_schema(text: str) -> pa.Schema:
    """Read the text that `encoded_schema` has returned."""
    import pyarrow as pa

    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text)))


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, default=_plain, ensure_ascii=False, allow_nan=True) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
