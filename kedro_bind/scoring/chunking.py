"""The files of a table to chunks: which rows are predicted in one call, the same on every run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro_bind.scoring.job import Chunk, Task
from kedro_bind.scoring.record_ends import Records, records_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.scoring.job import TablePlace
    from kedro_bind.scoring.places import InputFile

__all__ = ["as_one_task", "tasks_of"]


def tasks_of(place: TablePlace, files: Sequence[InputFile], chunk_rows: int) -> tuple[Task, ...]:
    """Cut the files of a table into chunks of up to `chunk_rows` rows."""
    file_system, _ = place.file_system()
    tasks_of_file = _tasks_of_parquet if place.format == "parquet" else _tasks_of_text
    tasks: list[Task] = []
    number = first = 0
    for file in files:
        for task in tasks_of_file(file_system, place, file.path, chunk_rows):
            chunks = []
            for chunk in task.chunks:
                chunks.append(replace(chunk, number=number, first=first))
                number, first = number + 1, first + chunk.rows
            tasks.append(replace(task, chunks=tuple(chunks)))
    return tuple(tasks)


def as_one_task(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Return the tasks of a table that is predicted in one call, as what is read one after the other."""
    return (Task(tuple(chunk for task in tasks for chunk in task.chunks)),) if tasks else ()


def _tasks_of_parquet(file_system: Any, _: TablePlace, path: str, chunk_rows: int) -> Iterator[Task]:
    """Yield a task for consecutive row groups that fit into a chunk, or for one that has many chunks."""
    import pyarrow.parquet as pq

    with file_system.open(path, "rb") as opened, pq.ParquetFile(opened) as file:
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    row, group = 0, 0
    while group < len(sizes):
        groups, rows = [group], sizes[group]
        while (after := groups[-1] + 1) < len(sizes) and rows + sizes[after] <= chunk_rows:
            groups.append(after)
            rows += sizes[after]
        starts = range(row, row + rows, chunk_rows)
        chunks = [Chunk(0, path, start, min(chunk_rows, row + rows - start), 0, start - row) for start in starts]
        if chunks:
            yield Task(tuple(chunks), tuple(groups))
        row, group = row + rows, groups[-1] + 1


def _tasks_of_text(file_system: Any, place: TablePlace, path: str, chunk_rows: int) -> Iterator[Task]:
    """Yield a task for each chunk; a compressed file is one task, since it can't be read from its middle."""
    records: Records = records_of(file_system, path, quotes=place.format == "csv")
    chunks = [
        Chunk(0, path, row, rows, 0, start, stop) for row, rows, start, stop in records.pieces(chunk_rows) if rows
    ]
    if path.endswith(".gz"):
        yield Task(tuple(chunks))
    else:
        yield from (Task((chunk,)) for chunk in chunks)
