"""What is to be scored: the values that the parent and its workers share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Chunk", "Job", "Outcome", "TablePlace", "Task"]


@dataclass(frozen=True)
class TablePlace:
    """Where a table is: a URL or path, with the format of its files and what opens its file system."""

    url: str
    format: str
    separator: str = ","
    storage: dict[str, Any] = field(default_factory=dict, repr=False)

    def file_system(self) -> tuple[Any, str]:
        """Return the fsspec file system and the path in it."""
        from fsspec.core import url_to_fs

        file_system, path = url_to_fs(self.url, **self.storage)
        return file_system, str(path)


@dataclass(frozen=True)
class Job:
    """What a worker has to know to score any part of a table.

    `model` is the folder of the model, `parts` the folder that parts are written to. `columns` are those that are read,
    `None` for all of them; `index` those of `columns` that are the table's index, by their names in the file.
    """

    model: str
    input: TablePlace
    parts: TablePlace
    params: dict[str, Any] | None = None
    keep: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None
    index: tuple[str, ...] = ()
    pandas_metadata: str = ""
    quarantine: bool = False
    whole: bool = False

    def to_json(self) -> str:
        """Return the job as one line of text, credentials included: it is for pipes only."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read the text that `to_json` has returned."""
        values = json.loads(text)
        lists = ("keep", "columns", "index")
        values |= {name: tuple(values[name]) for name in lists if values[name] is not None}
        return cls(**{**values, "input": TablePlace(**values["input"]), "parts": TablePlace(**values["parts"])})


@dataclass(frozen=True)
class Chunk:
    """The rows that are predicted in one call and written as one part, `number` in the order of the table.

    They are `rows` rows of a file from row `row` on; `first` is the number of that row in the whole table. `start` and
    `stop` say where they are in the file, in units of the format: bytes of a text file.
    """

    number: int
    path: str
    row: int
    rows: int
    first: int
    start: int = 0
    stop: int = 0


@dataclass(frozen=True)
class Task:
    """Chunks that are read in one go: they lie one after the other in what can only be read from its beginning.

    `units` are the row groups of a Parquet file that the chunks are in.
    """

    chunks: tuple[Chunk, ...]
    units: tuple[int, ...] = ()

    def to_json(self) -> str:
        """Return the task as one line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Task:
        """Read the text that `to_json` has returned."""
        values = json.loads(text)
        return cls(tuple(Chunk(**chunk) for chunk in values["chunks"]), tuple(values["units"]))


@dataclass(frozen=True)
class Outcome:
    """A chunk that is done; `schema` is that of its part, as base64 of Arrow's serialization.

    `reason` says which row is the first that is rejected, and why.
    """

    number: int
    rows: int
    rejected: int
    schema: str
    reason: str = ""
