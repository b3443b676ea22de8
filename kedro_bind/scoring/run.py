"""Score a table: what is done before, around and after the workers."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.chunking import as_one_task, tasks_of
from kedro_bind.scoring.columns import column_types
from kedro_bind.scoring.job import Chunk, Job, Task
from kedro_bind.scoring.manifest import Manifest, Totals, write_manifest
from kedro_bind.scoring.output import Output
from kedro_bind.scoring.places import files_of
from kedro_bind.scoring.progress import progress
from kedro_bind.scoring.reading import names_in_file
from kedro_bind.scoring.record_ends import records_of
from kedro_bind.scoring.scorer import Scorer
from kedro_bind.scoring.workers import score_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.scoring.job import Outcome, TablePlace
    from kedro_bind.scoring.loaded_table import LoadedTable
    from kedro_bind.scoring.places import InputFile
    from kedro_bind.scoring.scored_model import ScoredModel
    from kedro_bind.scoring.workers import TaskRunner, Workers

__all__ = ["Options", "Summary", "TableSource", "score"]


@dataclass(frozen=True)
class Options:
    """How a table is scored."""

    params: dict[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    chunk_rows: int = 100_000
    max_rows: int = 1_000_000
    quarantine: bool = False
    resume: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class Summary:
    """What a run has done; `before` rows had been scored by an earlier one.

    `reason` says which row is the first that this run has rejected, and why.
    """

    rows: int
    rejected: int
    parts: int
    seconds: float
    before: int = 0
    rejected_path: str = ""
    reason: str = ""


@dataclass(frozen=True)
class TableSource:
    """The table that is scored, cut into chunks. `names` are its columns, `index` those that are its index."""

    place: TablePlace
    files: tuple[InputFile, ...]
    tasks: tuple[Task, ...]
    names: tuple[str, ...] | None
    index: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The rows of the whole table."""
        return sum(chunk.rows for task in self.tasks for chunk in task.chunks)

    @classmethod
    def of_files(cls, place: TablePlace, chunk_rows: int) -> TableSource:
        """Look at the files of a place.

        Raises:
            KedroBindError: there are none, or they can't be read.
        """
        place, files = files_of(place)
        names, schema = names_in_file(place, files[0].path)
        tasks = tasks_of(place, files, chunk_rows) or (Task((Chunk(0, files[0].path, 0, 0, 0),)),)
        return cls(place, files, tasks, tuple(names), _index_of(schema))

    @classmethod
    def of_loaded(cls, loaded: LoadedTable, place: TablePlace, chunk_rows: int) -> TableSource:
        """Take a table that is loaded, and saved at a place for the workers."""
        names = tuple(map(str, loaded.data.columns)) if hasattr(loaded.data, "columns") else None
        tasks = loaded.tasks(chunk_rows) or (Task((Chunk(0, "", 0, 0, 0),)),)
        return cls(place, (), tasks, names, loaded.index_names())

    def as_one(self) -> TableSource:
        """Return the same table as one chunk."""
        if self.place.format == "pickle":
            return replace(self, tasks=(Task((Chunk(0, "", 0, self.rows, 0),)),))
        return replace(self, tasks=as_one_task(self.tasks))


def score(
    model: ScoredModel,
    source: TableSource,
    destination: TablePlace,
    options: Options,
    workers: Workers | None = None,
) -> Summary:
    """Score a table and write the predictions; without workers, this process predicts.

    Raises:
        KedroBindError: a row is rejected, the model fails, or the output is not what may be written to.
    """
    started = time.monotonic()
    columns = _columns(model, source, options.keep)
    whole = not model.row_wise
    if whole:
        _refuse_too_many(model, source, options)
        source = source.as_one()
    output = Output(destination)
    manifest = _manifest(model, source, destination, options)
    begun = _prepare(output, manifest, options)
    if begun is not None and begun.totals is not None:
        totals = begun.totals
        return Summary(totals.rows, totals.rejected, totals.parts, 0.0, totals.rows, _rejected_path(output, totals))
    manifest = begun or manifest
    job = Job(
        model.folder,
        source.place,
        output.parts.place,
        params=options.params or None,
        keep=options.keep,
        columns=columns,
        index=source.index,
        quarantine=options.quarantine,
        whole=whole,
    )
    with _failure_leaves_parts_only(output):
        scorers = [Scorer(job)] if workers is None else workers.begin(job)
        finished, before, reason = _score_all(scorers, source, output, manifest, whole=whole)
    assert finished.totals is not None
    output.finish(finished)
    seconds = time.monotonic() - started
    totals = finished.totals
    return Summary(totals.rows, totals.rejected, totals.parts, seconds, before, _rejected_path(output, totals), reason)


@contextmanager
def _failure_leaves_parts_only(output: Output) -> Iterator[None]:
    """Remove what a run that fails has begun if no part is complete; otherwise say what can be done with the parts."""
    try:
        yield
    except KedroBindError as error:
        if output.remove_empty():
            raise
        raise KedroBindError(
            f"{error.message}; some parts are complete: add '--resume' to go on with them, or '--overwrite' if the "
            "input or an option has changed"
        ) from error
    except BaseException:
        output.remove_empty()
        raise


def _score_all(
    scorers: Sequence[TaskRunner], source: TableSource, output: Output, manifest: Manifest, *, whole: bool
) -> tuple[Manifest, int, str]:
    """Score what is not there yet; return the manifest of the finished output, and the rows that were there.

    The last value says why the first row is rejected that this run rejects.
    """
    parts = output.parts
    # Without the types of the first part nothing else may stand: it says which they are.
    skip = parts.written_numbers() if manifest.schema else frozenset()
    chunks = [chunk for task in source.tasks for chunk in task.chunks]
    if whole and skip:
        skip = frozenset(chunk.number for chunk in chunks)
    before = sum(chunk.rows for chunk in chunks if chunk.number in skip)
    rejected = sum(_rows_in(output, path) for path in parts.paths(parts.rejected_folder) if _number(path) in skip)
    reasons: dict[int, str] = {}
    with progress(source.rows, before) as add:

        def done(outcome: Outcome) -> None:
            nonlocal manifest, rejected
            rejected += outcome.rejected
            if outcome.reason:
                reasons[outcome.number] = outcome.reason
            if not manifest.schema:
                manifest = replace(manifest, schema=outcome.schema)
                write_manifest(manifest, parts)
            add(outcome.rows)

        score_tasks(scorers, source.tasks, manifest.schema, skip, done)
    totals = Totals(source.rows, rejected, 1 if whole else len(chunks))
    return replace(manifest, totals=totals), before, reasons.get(min(reasons, default=0), "")


def _prepare(output: Output, manifest: Manifest, options: Options) -> Manifest | None:
    """Make the place ready for parts; return the manifest of what is to be resumed.

    Raises:
        KedroBindError: something is there already.
    """
    parts, where = output.parts, output.place.url
    parts.file_system.invalidate_cache()
    begun = None if options.overwrite else output.begun()
    if options.resume and begun is not None:
        begun.require_same(manifest, where)
        parts.remove_unfinished()
        return begun
    if output.exists():
        if not options.overwrite:
            raise KedroBindError(_there_already(where, begun))
        output.remove()
    parts.file_system.makedirs(parts.folder, exist_ok=True)
    write_manifest(manifest, parts)
    return None


def _there_already(where: str, begun: Manifest | None) -> str:
    if begun is not None and begun.totals is None:
        return f"{where} is unfinished; finish it with '--resume', or start anew with '--overwrite'"
    return f"{where} exists; replace what this command has written by '--overwrite', or name another OUTPUT"


def _manifest(model: ScoredModel, source: TableSource, destination: TablePlace, options: Options) -> Manifest:
    return Manifest(
        model=model.uri,
        version=model.version,
        plan=model.plan,
        params=options.params,
        keep=list(options.keep),
        chunk_rows=options.chunk_rows,
        format=destination.format,
        on_bad_rows="quarantine" if options.quarantine else "fail",
        files=[{"path": file.path, "size": file.size, "modified": file.modified} for file in source.files],
        kedro_bind=version("kedro-bind"),
    )


def _columns(model: ScoredModel, source: TableSource, keep: Sequence[str]) -> tuple[str, ...] | None:
    """Return the columns to read.

    Raises:
        KedroBindError: the model needs one that the table lacks, or one to keep is not there.
    """
    if source.names is None:
        return None
    known = column_types(model.metadata.get_input_schema())
    has = ", ".join(source.names[:20])
    missing = [column.name for column in known if column.required and column.name not in source.names]
    if missing:
        raise KedroBindError(f"the table lacks columns that the model needs: {', '.join(missing)}; it has: {has}")
    unknown = [name for name in keep if name not in source.names]
    if unknown:
        raise KedroBindError(f"the table has no column '{unknown[0]}' to keep; it has: {has}")
    if not known:
        return None
    present = [column.name for column in known if column.name in source.names]
    return tuple(dict.fromkeys([*present, *keep, *source.index]))


def _refuse_too_many(model: ScoredModel, source: TableSource, options: Options) -> None:
    if source.rows > options.max_rows:
        raise KedroBindError(
            f"the table has {source.rows:,} rows, and the model has to predict them in one call: it is not verified as "
            f"row-wise ({model.row_wise_reason}); if there is enough memory for all of them, allow more by '--max-rows'"
        )


def _index_of(schema: Any) -> tuple[str, ...]:
    """Return the columns of a Parquet file that pandas wrote its index to."""
    metadata = schema.pandas_metadata if schema is not None else None
    return tuple(name for name in (metadata or {}).get("index_columns", ()) if isinstance(name, str))


def _rows_in(output: Output, path: str) -> int:
    file_system = output.parts.file_system
    if output.place.format == "parquet":
        import pyarrow.parquet as pq

        with file_system.open(path, "rb") as file:
            return int(pq.read_metadata(file).num_rows)
    pieces = records_of(file_system, path, quotes=output.place.format == "csv").pieces(1 << 30)
    return sum(rows for _, rows, _, _ in pieces)


def _number(path: str) -> int:
    return int(path.rsplit("-", 1)[-1].partition(".")[0])


def _rejected_path(output: Output, totals: Totals) -> str:
    return output.rejected_path if totals.rejected else ""
