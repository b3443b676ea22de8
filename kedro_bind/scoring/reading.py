"""Chunks of files to Arrow tables.

Text has no types: its columns get those of the signature, and those that are only kept stay text. If a value does not
have the type of its column, the whole chunk is read as text, so that the rows with such values can be told apart.
"""

from __future__ import annotations

import io
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.record_ends import open_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from kedro_bind.scoring.columns import ColumnType
    from kedro_bind.scoring.job import Chunk, TablePlace, Task

__all__ = ["NULLS", "Reader", "names_in_file", "native_path"]

NULLS = ["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"]
NULLS += ["NULL", "NaN", "None", "n/a", "nan", "null"]
"""What pandas reads as missing, and Kedro's CSVDataset with it."""
_BATCH_ROWS = 1 << 16


@dataclass(frozen=True)
class Reader:
    """Reads the chunks of a place. `columns` are read, all if `None`; `types` are those of the signature."""

    place: TablePlace
    types: Sequence[ColumnType]
    columns: Sequence[str] | None = None
    kept_as_text: Sequence[str] = ()
    file_system: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "file_system", self.place.file_system()[0])

    def read(self, task: Task, skip: Sequence[int] = ()) -> Iterator[tuple[Chunk, pa.Table]]:
        """Yield the chunks of a task with their tables, but for those to skip.

        Raises:
            KedroBindError: a file is not as it was when the chunks were made.
        """
        for chunk, table in self._tables(task, skip):
            if table.num_rows != chunk.rows:
                raise KedroBindError(
                    f"{chunk.path} has {table.num_rows} rows where {chunk.rows} were found before (rows {chunk.row} "
                    f"to {chunk.row + chunk.rows - 1}); it was changed meanwhile, or has a quote inside a value that "
                    "is not quoted; write such a file anew, as Parquet for example"
                )
            yield chunk, table

    def _tables(self, task: Task, skip: Sequence[int]) -> Iterator[tuple[Chunk, pa.Table]]:
        if self.place.format == "parquet":
            for part in _by_file(task):
                yield from self._parquet(part, skip)
            return
        read = self._csv if self.place.format == "csv" else self._json_lines
        for part in _by_file(task):
            with open_text(self.file_system, part.chunks[0].path) as file:
                for chunk in part.chunks:
                    if chunk.number not in skip:
                        file.seek(chunk.start)
                        yield chunk, read(chunk, file.read(chunk.stop - chunk.start))

    def _parquet(self, task: Task, skip: Sequence[int]) -> Iterator[tuple[Chunk, pa.Table]]:
        import pyarrow as pa

        with _parquet_file(self.file_system, task.chunks[0].path) as file:
            columns = None if self.columns is None else list(self.columns)
            _require(columns or (), file.schema_arrow.names, task.chunks[0].path)
            groups = list(task.units) or list(range(file.num_row_groups))
            schema = file.schema_arrow if columns is None else pa.schema([file.schema_arrow.field(c) for c in columns])
            batches = file.iter_batches(_BATCH_ROWS, row_groups=groups, columns=columns)
            rest: list[pa.RecordBatch] = []
            for chunk in task.chunks:
                rows, taken = 0, []
                while rows < chunk.rows and (batch := rest.pop() if rest else next(batches, None)) is not None:
                    if rows + len(batch) > chunk.rows:
                        rest.append(batch.slice(chunk.rows - rows))
                        batch = batch.slice(0, chunk.rows - rows)
                    rows += len(batch)
                    taken.append(batch)
                if chunk.number not in skip:
                    table = pa.Table.from_batches(taken, schema.remove_metadata() if not taken else None)
                    yield chunk, table.select(columns) if columns is not None else table

    def _csv(self, chunk: Chunk, data: bytes) -> pa.Table:
        import pyarrow as pa

        header = _csv_header(self.file_system, chunk.path, self.place.separator)
        typed = {column.name: column.arrow_type for column in self.types if column.arrow and column.name in header}
        text = {name: pa.string() for name in self.kept_as_text}
        wanted = header if self.columns is None else list(self.columns)
        _require(wanted, header, chunk.path)
        try:
            table = _parse_csv(data, self.place.separator, header, wanted, {**typed, **text})
        except pa.ArrowInvalid:
            table = _parse_csv(data, self.place.separator, header, wanted, dict.fromkeys(wanted, pa.string()))
        if text:
            exact = _parse_csv(data, self.place.separator, header, list(text), text, nulls=False)
            for name in text:
                table = table.set_column(table.schema.get_field_index(name), name, exact.column(name))
        return table

    def _json_lines(self, chunk: Chunk, data: bytes) -> pa.Table:
        import pyarrow as pa
        from pyarrow import json as pa_json

        known = [(column.name, column.arrow_type) for column in self.types if column.arrow]
        schema = pa.schema([pair for pair in known if self.columns is None or pair[0] in self.columns])
        try:
            table = (
                schema.empty_table()
                if not data.strip()
                else pa_json.read_json(
                    io.BytesIO(data),
                    read_options=pa_json.ReadOptions(use_threads=False, block_size=max(len(data), 1)),
                    parse_options=pa_json.ParseOptions(explicit_schema=schema),
                )
            )
        except pa.ArrowInvalid:
            table = _json_as_text(chunk, data, {name for name, _ in known}, self.columns)
        if self.columns is None:
            return table
        for name in self.columns:
            if name not in table.column_names:
                table = table.append_column(name, pa.nulls(table.num_rows))
        return table.select(list(self.columns))


def names_in_file(place: TablePlace, path: str) -> tuple[list[str], Any]:
    """Return the names of the columns of a file, and for Parquet its schema.

    Raises:
        KedroBindError: the file can't be read.
    """
    file_system, _ = place.file_system()
    try:
        if place.format == "parquet":
            with _parquet_file(file_system, path) as file:
                return file.schema_arrow.names, file.schema_arrow
        if place.format == "csv":
            return _csv_header(file_system, path, place.separator), None
        with open_text(file_system, path) as opened:
            first = next((line for line in opened if line.strip()), b"{}")
        return list(json.loads(first)), None
    except Exception as error:
        raise KedroBindError(f"{path} can't be read as {place.format}: {' '.join(str(error).split())}") from error


def native_path(file_system: Any, path: str) -> str | None:
    """Return the path of a file that Arrow opens itself, faster than through Python; `None` if it is remote."""
    protocols = file_system.protocol if isinstance(file_system.protocol, tuple | list) else (file_system.protocol,)
    return path if "file" in protocols else None


@contextmanager
def _parquet_file(file_system: Any, path: str) -> Iterator[Any]:
    import pyarrow.parquet as pq

    native = native_path(file_system, path)
    if native is not None:
        with pq.ParquetFile(native, buffer_size=1 << 20) as file:
            yield file
        return
    with file_system.open(path, "rb") as opened, pq.ParquetFile(opened, buffer_size=1 << 20) as file:
        yield file


def _by_file(task: Task) -> Iterator[Task]:
    """Yield the parts of a task that lie in one file each: the whole of a table is read in one task."""
    from itertools import groupby

    from kedro_bind.scoring.job import Task

    for _, chunks in groupby(task.chunks, key=lambda chunk: chunk.path):
        yield Task(tuple(chunks), task.units)


def _csv_header(file_system: Any, path: str, separator: str) -> list[str]:
    import csv

    with open_text(file_system, path) as opened, io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text:
        header = next(csv.reader(text, delimiter=separator), [])
    if len(set(header)) != len(header):
        raise KedroBindError(f"{path} has two columns of one name in its header; give them different names")
    return header


def _parse_csv(
    data: bytes, separator: str, header: list[str], wanted: list[str], types: Any, *, nulls: bool = True
) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    if not data.strip():
        return pa.table({name: pa.array([], types.get(name, pa.string())) for name in wanted})
    return csv.read_csv(
        io.BytesIO(data),
        csv.ReadOptions(use_threads=False, block_size=max(len(data), 1), column_names=header),
        csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        csv.ConvertOptions(
            column_types=types, include_columns=wanted, null_values=NULLS if nulls else [], strings_can_be_null=nulls
        ),
    )


def _require(wanted: Sequence[str], names: Sequence[str], path: str) -> None:
    """Refuse a file that lacks a column that the first one has."""
    missing = [name for name in wanted if name not in names]
    if missing:
        raise KedroBindError(f"{path} lacks the column '{missing[0]}', which the first file has; add it")


def _json_as_text(chunk: Chunk, data: bytes, typed: set[str], wanted: Sequence[str] | None) -> pa.Table:
    """Read JSON lines with every typed value as text, and those of a column that has several types."""
    import pyarrow as pa

    rows = []
    for line in data.splitlines():
        if not line.strip():
            continue
        try:
            rows.append(dict(json.loads(line)))
        except (ValueError, TypeError) as error:
            raise KedroBindError(
                f"row {chunk.row + len(rows)} of {chunk.path} (counted from 0) is not a JSON object ({error})"
                "; correct it"
            ) from error
    columns = {}
    for name in dict.fromkeys(name for row in rows for name in row if wanted is None or name in wanted):
        values = [row.get(name) for row in rows]
        columns[name] = pa.array([_as_text(value) for value in values], pa.string())
        if name not in typed:
            with suppress(pa.ArrowInvalid, pa.ArrowTypeError):
                columns[name] = pa.array(values)
    return pa.table(columns)


def _as_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
