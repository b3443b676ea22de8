"""Score a table with Spark: `mlflow.pyfunc.spark_udf` on the project's session, or on a local one."""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError, causes_of
from kedro_bind.quoted_data import without_data
from kedro_bind.scoring.columns import column_types
from kedro_bind.scoring.manifest import FILE
from kedro_bind.scoring.places import format_of, place_of
from kedro_bind.scoring.reading import NULLS
from kedro_bind.scoring.run import Summary
from kedro_bind.scoring.tables import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kedro_bind.scoring.catalog import CatalogTable
    from kedro_bind.scoring.columns import ColumnType
    from kedro_bind.scoring.request import Request
    from kedro_bind.scoring.scored_model import ScoredModel

__all__ = ["reason_in", "result_type", "score_with_spark", "spark_session"]

_TYPES = {"long": "bigint", "integer": "int", "double": "double", "float": "float", "boolean": "boolean"}
_TYPES |= {"string": "string", "binary": "binary", "datetime": "timestamp_ntz"}
"""Spark's names for the types of a signature."""


def score_with_spark(
    model: ScoredModel,
    request: Request,
    source: CatalogTable | None,
    destination: CatalogTable | None,
    session: Any,
) -> Summary:
    """Score a table of Spark, and write the predictions; one part for each partition.

    Raises:
        KedroBindError: the model is not row-wise, the table lacks a column, or the model fails.
    """
    from pyspark.errors import PythonException
    from pyspark.sql import Observation
    from pyspark.sql import functions as sql

    if not model.row_wise:
        raise KedroBindError(
            f"Spark predicts a table in parts, and the model is not verified as row-wise ({model.row_wise_reason})"
            "; use '--engine local', which predicts all rows in one call"
        )
    started = time.monotonic()
    table = _read(request, source, session)
    predicted = predict_columns(model, table, request.keep, model.typed_params(request.params), request.env_manager)
    counted = Observation()
    predicted = predicted.observe(counted, sql.count(sql.lit(1)).alias("rows"))
    try:
        _write(predicted, request, destination)
    except Exception as error:
        failed = next((cause for cause in causes_of(error) if isinstance(cause, PythonException)), None)
        if failed is None:
            raise
        raise KedroBindError(f"a worker of Spark failed: {without_data(reason_in(str(failed)))}") from error
    rows = int(counted.get["rows"])
    if destination is None:
        _write_manifest(model, request, rows)
    return Summary(rows, 0, 0, time.monotonic() - started)


def predict_columns(
    model: ScoredModel, table: Any, keep: Sequence[str], params: Mapping[str, Any], env_manager: str
) -> Any:
    """Return the columns to keep and the predictions of a table of Spark.

    Raises:
        KedroBindError: the table lacks a column.
    """
    import mlflow
    from pyspark.sql import functions as sql
    from pyspark.sql.types import StructType

    types = column_types(model.metadata.get_input_schema())
    missing = [column.name for column in types if column.required and column.name not in table.columns]
    missing += [name for name in keep if name not in table.columns]
    if missing:
        raise KedroBindError(f"the table has no column {', '.join(missing)}; it has: {', '.join(table.columns[:20])}")
    inputs = [
        _quoted(column.name).cast(_TYPES[column.type]).alias(column.name) if column.type else _quoted(column.name)
        for column in types
        if column.name in table.columns
    ] or [_quoted(name) for name in table.columns if name not in keep]
    output = column_types(model.metadata.get_output_schema())
    declared = result_type(output)
    udf = mlflow.pyfunc.spark_udf(
        table.sparkSession, model.folder, declared, env_manager=env_manager, params=dict(params) or None
    )
    kept = [_quoted(name) for name in keep]
    scored = table.select(*kept, udf(sql.struct(*inputs)).alias(NAME))
    found = scored.schema[NAME].dataType
    if not isinstance(found, StructType):
        return scored.withColumnRenamed(NAME, output[0].name) if len(output) == 1 else scored
    dates = {column.name for column in output if column.type == "datetime"} if declared else set()
    fields = {name: sql.col(NAME).getField(name) for name in found.names}
    columns = {name: field.try_cast("timestamp_ntz") if name in dates else field for name, field in fields.items()}
    return scored.select(*kept, *(column.alias(name) for name, column in columns.items()))


def result_type(output: Sequence[ColumnType]) -> str | None:
    """Return the types of several predicted columns; `None` where MLflow finds them in the signature itself.

    MLflow's `spark_udf` does not return dates among several columns (as of 3.17), so those come as text.
    """
    types_of_output = [column.type for column in output]
    if len(output) < 2 or "datetime" not in types_of_output or "" in types_of_output:  # noqa: PLR2004 - several
        return None
    types = {**_TYPES, "datetime": "string"}
    return ", ".join(f"`{column.name}` {types[column.type]}" for column in output)


def spark_session(context: Any) -> Any:
    """Return the session that is there, that of the project's `spark.yml`, or a local one.

    Raises:
        KedroBindError: pyspark is not installed.
    """
    try:
        from pyspark import SparkConf
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise KedroBindError("'--engine spark' needs pyspark; run: pip install 'kedro-bind[spark]'") from error
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    builder = SparkSession.builder.appName("kedro bind predict")
    settings: Mapping[str, Any] = {}
    if context is not None:
        from kedro.config import MissingConfigException

        with suppress(KeyError, MissingConfigException):
            settings = context.config_loader["spark"]
    if settings:
        builder = builder.config(conf=SparkConf().setAll([(key, str(value)) for key, value in settings.items()]))
    if python := settings.get("spark.pyspark.python"):
        os.environ["PYSPARK_PYTHON"] = str(python)  # only spark-submit looks at the setting
    elif "master" not in str(settings) and "SPARK_REMOTE" not in os.environ:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # a local session predicts with this environment
    return builder.getOrCreate()


def reason_in(text: str) -> str:
    """Return the error in a message of Spark, on one line, without the traceback and Spark's code for it."""
    lines = text.rpartition("Traceback (most recent call last):")[2].strip("\n").splitlines()
    error = itertools.dropwhile(lambda line: line.startswith("  "), lines)
    return re.sub(r"\s*SQLSTATE: \w{5}\)?$", "", " ".join(" ".join(error).split()))


def _quoted(name: str) -> Any:
    from pyspark.sql import functions as sql

    return sql.col(f"`{name.replace('`', '``')}`")


def _read(request: Request, source: CatalogTable | None, session: Any) -> Any:
    if source is not None:
        data = source.dataset.load()
        return data if hasattr(data, "sparkSession") else session.createDataFrame(data)
    kind = format_of(request.source) or "parquet"
    reader = session.read
    if kind == "csv":
        separator = place_of(request.source).separator
        table = reader.csv(request.source, header=True, sep=separator, multiLine=True, escape='"')
        return _with_nulls(table, request.keep)
    return reader.json(request.source) if kind == "jsonl" else reader.parquet(request.source)


def _with_nulls(table: Any, keep: Sequence[str]) -> Any:
    """Return a table from CSV with what pandas reads as missing as nulls; columns to keep stay as they are."""
    from pyspark.sql import functions as sql

    columns = {name: sql.when(~_quoted(name).isin(NULLS), _quoted(name)) for name in table.columns if name not in keep}
    return table.withColumns(columns) if columns else table


def _write(table: Any, request: Request, destination: CatalogTable | None) -> None:
    if destination is not None:
        is_pandas = type(destination.dataset).__module__.startswith("kedro_datasets.pandas")
        destination.save(table.toPandas() if is_pandas else table)
        return
    kind = request.format or format_of(request.destination) or "parquet"
    writer = table.write.mode("overwrite" if request.overwrite else "errorifexists")
    if kind == "csv":
        writer.csv(request.destination, header=True, escape='"')
    elif kind == "jsonl":
        writer.json(request.destination)
    else:
        writer.parquet(request.destination)


def _write_manifest(model: ScoredModel, request: Request, rows: int) -> None:
    """Write beside the parts which model has predicted."""
    content = {"model": model.uri, "version": model.version, "plan": model.plan, "params": request.params}
    content |= {"keep": list(request.keep), "engine": "spark", "source": request.source, "totals": {"rows": rows}}
    file_system, folder = place_of(request.destination).file_system()
    with file_system.open(f"{folder.rstrip('/')}/{FILE}", "w") as file:
        file.write(json.dumps(content, indent=2, default=str) + "\n")
