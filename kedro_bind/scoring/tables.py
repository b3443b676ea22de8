"""Between tables and what a model takes and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["as_frame", "beside", "empty_frame", "first_schema", "in_schema", "input_frame"]

NAME = "prediction"
"""The column of predictions that have no name."""


def input_frame(table: pa.Table, index: Sequence[str], first: int, kept: Sequence[int]) -> Any:
    """Return rows as the model gets them, with the index that they have in the whole table.

    `kept` are their positions after row `first` of it.
    """
    import pandas as pd

    table = table.replace_schema_metadata(None)  # which would have pandas restore the index of the whole file
    data = table.drop_columns(list(index)) if index else table
    frame = data.to_pandas()
    if not index:
        numbered = isinstance(kept, range)
        frame.index = pd.RangeIndex(first, first + len(frame)) if numbered else pd.Index([first + row for row in kept])
        return frame
    levels = table.select(list(index)).to_pandas()
    names = [None if name.startswith("__index_level_") else name for name in index]
    if len(names) == 1:
        frame.index = pd.Index(levels.iloc[:, 0], name=names[0])
    else:
        frame.index = pd.MultiIndex.from_frame(levels, names=names)
    return frame


def as_frame(predictions: Any) -> Any:
    """Return predictions as a table.

    Raises:
        KedroBindError: they are nothing that has rows.
    """
    import numpy as np
    import pandas as pd

    if isinstance(predictions, pd.DataFrame):
        frame = predictions
    elif isinstance(predictions, pd.Series):
        frame = predictions.to_frame(NAME if predictions.name is None else predictions.name)
    elif hasattr(predictions, "to_arrow"):  # polars
        frame = predictions.to_arrow().to_pandas()
    elif isinstance(predictions, np.ndarray) and predictions.ndim in (1, 2):
        flat = predictions.ndim == 1 or predictions.shape[1] == 1
        names = [NAME] if flat else [f"{NAME}_{place}" for place in range(predictions.shape[1])]
        frame = pd.DataFrame(predictions.reshape(len(predictions), -1), columns=names)
    elif isinstance(predictions, list | tuple):
        rows = list(predictions)
        frame = pd.DataFrame(rows) if rows and isinstance(rows[0], dict) else pd.DataFrame({NAME: rows})
    else:
        raise KedroBindError(
            f"the model returns a '{type(predictions).__name__}', which is not a table, so there is nothing to write"
        )
    if not all(isinstance(name, str) for name in frame.columns):
        frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    return frame


def empty_frame(output: Any, schema: pa.Schema | None, carried: Sequence[str]) -> Any:
    """Return predictions for no rows: their columns, as the parts have them or the signature says."""
    import pandas as pd

    if schema is not None:
        names = [name for name in schema.names if name not in carried]
    else:
        names = output.input_names() if output is not None and output.has_input_names() else [NAME]
    return pd.DataFrame({name: pd.Series([], dtype=object) for name in names})


def beside(frame: Any, carried: pa.Table, index: Sequence[str]) -> pa.Table:
    """Return the part of an output: predictions with what is carried over from the input, which comes first.

    Raises:
        KedroBindError: a column is both kept and predicted.
    """
    import pyarrow as pa

    predicted = pa.Table.from_pandas(frame, preserve_index=False)
    both = [name for name in carried.column_names if name in predicted.column_names]
    if both:
        raise KedroBindError(f"the model returns a column '{both[0]}' too; leave it out of '--keep'")
    columns = {name: carried.column(name) for name in carried.column_names if name not in index}
    columns |= {name: predicted.column(name) for name in predicted.column_names}
    columns |= {name: carried.column(name) for name in index}
    return pa.table(columns).replace_schema_metadata(_metadata(carried, frame, index))


def first_schema(table: pa.Table, output: Any) -> pa.Schema:
    """Return the types that all parts have: those of the first part, and of the signature where that part can't tell.

    A column without a value could be of any type, and one of whole numbers may have fractions further down.
    """
    import pyarrow as pa

    from kedro_bind.scoring.columns import column_types

    known = {column.name: column for column in column_types(output) if column.arrow}
    schema = table.schema
    for place, column in enumerate(table.schema):
        declared = known[column.name].arrow_type if column.name in known else None
        if pa.types.is_null(column.type):
            schema = schema.set(place, column.with_type(declared or pa.string()))
        elif pa.types.is_integer(column.type) and declared is not None and pa.types.is_floating(declared):
            schema = schema.set(place, column.with_type(declared))
    return schema


def in_schema(table: pa.Table, schema: pa.Schema, chunk: int) -> pa.Table:
    """Return a part in the types of the first one; an integer column may hold whole numbers that come as floats.

    Raises:
        KedroBindError: columns or types differ.
    """
    import pyarrow as pa

    if table.schema.equals(schema):
        return table.replace_schema_metadata(schema.metadata)
    if table.column_names != schema.names:
        raise KedroBindError(
            f"the predictions for chunk {chunk} have the columns {', '.join(table.column_names)}, and those for the "
            f"first one {', '.join(schema.names)}; a model has to return the same columns for all rows"
        )
    columns = []
    for column, field in zip(table.columns, schema, strict=True):
        try:
            columns.append(column.cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise KedroBindError(
                f"the column '{field.name}' of the predictions for chunk {chunk} is of the type {column.type}, and "
                f"for the first one of {field.type} ({error}); have the model return one type for all rows"
            ) from error
    return pa.table(columns, schema=schema)


def _metadata(carried: pa.Table, frame: Any, index: Sequence[str]) -> dict[bytes, bytes] | None:
    """Return what lets pandas restore the index."""
    import pyarrow as pa

    if not index:
        return None
    few = carried.slice(0, 1)
    kept = [name for name in few.column_names if name not in index]
    sample = few.select(kept).to_pandas().reset_index(drop=True)
    for name in frame.columns:
        sample[name] = frame[name].iloc[: len(sample)].reset_index(drop=True)
    sample.index = input_frame(few, index, 0, range(few.num_rows)).index
    metadata: dict[bytes, bytes] | None = pa.Schema.from_pandas(sample, preserve_index=True).metadata
    return metadata
