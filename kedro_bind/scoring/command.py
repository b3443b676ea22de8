"""What `kedro bind predict` does: names to tables, scoring, and a summary of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kedro_bind.errors import KedroBindError
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.scoring.catalog import CatalogTable, catalog_table
from kedro_bind.scoring.job import TablePlace
from kedro_bind.scoring.loaded_table import LoadedTable
from kedro_bind.scoring.places import place_of
from kedro_bind.scoring.run import Options, Summary, TableSource, score
from kedro_bind.scoring.scored_model import ScoredModel, find_model

if TYPE_CHECKING:
    from pathlib import Path

    from kedro_bind.scoring.request import Request
    from kedro_bind.scoring.workers import Workers

__all__ = ["predict_table", "require_predictions", "summary_of"]


def predict_table(request: Request, context: Any, workers: Workers | None = None) -> Summary:
    """Score the table that a request names; `context` is that of its Kedro project, if there is one.

    Without workers, this process predicts.

    Raises:
        KedroBindError: something of it is not there, or scoring fails.
    """
    catalog = None if context is None else context.catalog
    table, destination = (
        catalog_table(catalog, name) if catalog is not None else None for name in (request.source, request.destination)
    )
    model = find_model(request.model)
    click.echo(f"predicting with {model.uri}", err=True)
    if request.engine == "spark":
        return _with_spark(request, context, model, table, destination)
    if request.env_manager != "local":
        raise KedroBindError(
            "'--env-manager' goes with '--engine spark'; otherwise this environment's packages are used"
        )
    if request.resume and ((table and not table.input) or (destination and not destination.output)):
        raise KedroBindError("'--resume' needs an input and an output that are files; leave it out to start anew")
    options = Options(
        params=model.typed_params(request.params),
        keep=request.keep,
        chunk_rows=request.chunk_rows,
        max_rows=request.max_rows,
        quarantine=request.on_bad_rows == "quarantine",
        resume=request.resume,
        overwrite=request.overwrite,
    )
    with TemporaryFolder("predict") as folder:
        source = _source(request, table, folder)
        place = _destination(request, destination, folder, source)
        if "memory" in (source.place.url.partition("://")[0], place.url.partition("://")[0]):
            workers = None  # what is in memory is in that of this process alone
        summary = score(model, source, place, options, workers)
        if destination is not None and destination.output is None:
            import pandas as pd

            if summary.rejected:
                raise KedroBindError(
                    f"{summary.rejected} rows are rejected, and the dataset '{destination.name}' has no place for them"
                    "; name a path as OUTPUT"
                )
            destination.save(pd.read_parquet(place.url))
        return summary


def _with_spark(
    request: Request, context: Any, model: ScoredModel, table: CatalogTable | None, destination: CatalogTable | None
) -> Summary:
    if request.resume or request.on_bad_rows != "fail" or request.workers > 1:
        raise KedroBindError(
            "'--resume', '--on-bad-rows' and '--workers' go with '--engine local'; Spark itself does failed parts again"
        )
    from kedro_bind.scoring.spark import score_with_spark, spark_session

    return score_with_spark(model, request, table, destination, spark_session(context))


def summary_of(summary: Summary, request: Request) -> str:
    """Return what has been done, in a line or two."""
    scored, predicted = summary.rows - summary.before, summary.rows - summary.rejected
    speed = f" ({scored / summary.seconds:,.0f} rows/s)" if summary.seconds and scored else ""
    resumed = f", {summary.before:,} of them by an earlier run" if summary.before else ""
    rows = f"{predicted:,} of {summary.rows:,} rows" if summary.rejected else f"{summary.rows:,} rows"
    text = f"{rows}{resumed} in {summary.seconds:,.1f} s{speed}, to {request.destination}"
    if not summary.rejected:
        return text
    are = "row is" if summary.rejected == 1 else "rows are"
    return f"{text}\n{summary.rejected:,} rejected {are} in {summary.rejected_path}"


def require_predictions(summary: Summary) -> None:
    """Refuse the result of a run that has rejected all rows.

    Raises:
        KedroBindError: it has.
    """
    if summary.rejected and summary.rejected == summary.rows:
        reason = f"{summary.reason}; " if summary.reason else ""
        raise KedroBindError(
            f"none of the {summary.rows:,} rows is predicted: {reason}all of them are in {summary.rejected_path} with "
            "the reasons; correct them, and start anew with '--overwrite'"
        )


def _source(request: Request, table: CatalogTable | None, folder: Path) -> TableSource:
    if table is None:
        return TableSource.of_files(place_of(request.source), request.chunk_rows)
    if table.input is not None:
        return TableSource.of_files(table.input, request.chunk_rows)
    loaded = LoadedTable(table.load())
    path = str(folder / "input.pkl")
    loaded.save(path)
    return TableSource.of_loaded(loaded, TablePlace(path, "pickle"), request.chunk_rows)


def _destination(request: Request, dataset: CatalogTable | None, folder: Path, source: TableSource) -> TablePlace:
    """Return where parts are written: for a dataset that Kedro saves as a whole, a temporary folder."""
    if dataset is not None:
        return dataset.output or TablePlace(str(folder / "output"), "parquet")
    place = place_of(request.destination, request.format)
    if place.format:
        return place
    return replace(place, format=source.place.format if source.place.format != "pickle" else "parquet")
