"""The rows of a chunk on their way from a table to a model: what it gets, what is carried over, what is rejected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.scoring.columns import conform
from kedro_bind.scoring.loaded_table import LoadedTable
from kedro_bind.scoring.reading import Reader
from kedro_bind.scoring.tables import as_frame, input_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from kedro_bind.scoring.columns import ColumnType
    from kedro_bind.scoring.job import Chunk, Job, Task

__all__ = ["ChunkRows", "RowReader"]


@dataclass(frozen=True)
class ChunkRows:
    """The rows of a chunk. `kept` are the positions in the chunk of those that `model_input` has.

    `source` has all rows as they are read, and `carried` those columns that the output gets; `rejected` is why the
    others are rejected, by their positions.
    """

    chunk: Chunk
    model_input: Any
    kept: Sequence[int]
    carried: pa.Table
    source: Any
    rejected: dict[int, str] = field(default_factory=dict)

    def without(self, found: Mapping[int, str]) -> ChunkRows:
        """Return the same with more rows rejected, by their places in `model_input`, which keeps them."""
        if not found:
            return self
        rejected = {**self.rejected, **{self.kept[place]: reason for place, reason in found.items()}}
        return replace(self, kept=[position for position in self.kept if position not in rejected], rejected=rejected)

    def carried_of_kept(self) -> pa.Table:
        """Return what is carried over for the rows that are kept."""
        import pyarrow as pa

        return self.carried.take(pa.array(self.kept, pa.int64())) if self.rejected else self.carried

    def place_of(self, position: int) -> str:
        """Return where a row is, for a message."""
        return f"row {self.chunk.row + position} (counted from 0) of {self.chunk.path or 'the table'}"

    def rejected_table(self) -> pa.Table:
        """Return the rejected rows as they were read, with where they are from and why they are rejected."""
        import pyarrow as pa

        positions = sorted(self.rejected)
        if isinstance(self.source, pa.Table):
            rows = self.source.take(pa.array(positions, pa.int64())).replace_schema_metadata(None)
        else:
            source = self.source.iloc if hasattr(self.source, "iloc") else self.source
            rows = pa.Table.from_pandas(as_frame(source[positions]), preserve_index=False)
        files = pa.array([self.chunk.path] * len(positions), pa.string())
        numbers = pa.array([self.chunk.row + position for position in positions], pa.int64())
        reasons = pa.array([self.rejected[position] for position in positions], pa.string())
        return rows.append_column("_file", files).append_column("_row", numbers).append_column("_reason", reasons)


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of tasks in the types of a signature."""

    job: Job
    types: tuple[ColumnType, ...]

    @property
    def _is_text(self) -> bool:
        return self.job.input.format in ("csv", "jsonl")

    @cached_property
    def _loaded(self) -> LoadedTable:
        return LoadedTable.of(self.job.input)

    @cached_property
    def _names_for_model(self) -> frozenset[str]:
        return frozenset((*self.job.index, *(column.name for column in self.types)))

    @cached_property
    def _reader(self) -> Reader:
        job = self.job
        as_text = [name for name in job.keep if name not in self._names_for_model] if job.input.format == "csv" else []
        return Reader(job.input, self.types, job.columns, as_text)

    def read(self, task: Task, skip: Sequence[int]) -> Iterator[ChunkRows]:
        """Yield the rows of each chunk that is not to be skipped; those of a table that is not cut as one chunk."""
        if self.job.input.format == "pickle":
            yield from (self._of_loaded(chunk) for chunk in task.chunks if chunk.number not in skip)
        elif self.job.whole:
            tables = [table for _, table in self._reader.read(task, skip)]
            chunk = replace(task.chunks[0], rows=sum(chunk.rows for chunk in task.chunks))
            yield self._of_table(chunk, self._joined(tables))
        else:
            for chunk, table in self._reader.read(task, skip):
                yield self._of_table(chunk, table)

    def _joined(self, tables: Sequence[pa.Table]) -> pa.Table:
        import pyarrow as pa

        try:
            return pa.concat_tables(tables, promote_options="permissive")
        except (pa.ArrowTypeError, pa.ArrowInvalid):
            if not self._is_text:
                raise
            return pa.concat_tables([_as_text(table) for table in tables], promote_options="permissive")

    def _of_loaded(self, chunk: Chunk) -> ChunkRows:
        taken = self._loaded.take(chunk)
        return ChunkRows(chunk, taken, range(chunk.rows), self._loaded.carried(taken, self.job.keep), taken)

    def _of_table(self, chunk: Chunk, table: pa.Table) -> ChunkRows:
        import pyarrow as pa

        job = self.job
        typed, rejected = conform(table, self.types, from_text=self._is_text)
        carried = (typed if self._is_text else table).select([*job.keep, *job.index])
        source = _as_text(table) if self._is_text and rejected else table
        kept: Sequence[int] = range(chunk.rows)
        if rejected:
            kept = [position for position in kept if position not in rejected]
            typed = typed.take(pa.array(kept, pa.int64()))
        if job.columns is not None:
            typed = typed.select([name for name in typed.column_names if name in self._names_for_model])
        return ChunkRows(chunk, input_frame(typed, job.index, chunk.first, kept), kept, carried, source, rejected)


def _as_text(table: pa.Table) -> pa.Table:
    """Return the rows of a text file as text; some chunks are read in types, and some are not."""
    import pyarrow as pa

    fields = [field if pa.types.is_nested(field.type) else field.with_type(pa.string()) for field in table.schema]
    return table.cast(pa.schema(fields))
