"""Schemas and tables with missing values that MLflow's schema enforcement accepts.

MLflow types pandas' nullable integers and booleans by their numpy types, which have no missing values, and then rejects
the very table that the schema is from: https://github.com/mlflow/mlflow/issues/25593 (open as of MLflow 3.17). Over
HTTP, it turns null in a boolean column into `False`. So in our schemas such integers are doubles and such booleans are
of any type, and a table is converted to that before MLflow sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.types import Schema

__all__ = ["nullable_columns", "schema_with_missing", "table_with"]


def schema_with_missing(schema: Schema) -> Schema:
    """Return the schema with types for its optional columns that can hold a missing value."""
    from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

    if schema.is_tensor_spec():
        return schema
    anything = AnyType()  # type: ignore[no-untyped-call]  # MLflow does not annotate it
    wider: dict[Any, Any] = {DataType.integer: DataType.double, DataType.long: DataType.double}
    wider[DataType.boolean] = anything
    return Schema(
        [
            column
            if column.required or not isinstance(column.type, DataType) or column.type not in wider
            else ColSpec(wider[column.type], name=column.name, required=False)
            for column in schema.inputs
        ]
    )


def nullable_columns(schema: Schema | None) -> dict[Any, str]:
    """Return the optional columns that a table may have as nullable ones, with the numpy kinds of their values."""
    if schema is None or schema.is_tensor_spec():
        return {}
    kinds = {column.name: _kinds(column.type) for column in schema.inputs if not column.required}
    return {name: kind for name, kind in kinds.items() if kind}


def _kinds(type_: Any) -> str:
    from mlflow.types.schema import AnyType, DataType

    if type_ is DataType.double:
        return "iu"
    return "b" if isinstance(type_, AnyType) else ""


def table_with(nullable: Mapping[Any, str], data: Any) -> Any:
    """Return a table with its nullable columns as an optional double, or an optional column of any type, accepts them.

    Integers become floats, with NaN for a missing value; booleans become objects, with None. Everything else stays as
    it is, and the original table is not changed.
    """
    import pandas as pd

    if not nullable or not isinstance(data, pd.DataFrame):
        return data
    changed: dict[Any, Any] = {}
    for name, dtype in zip(data.columns, data.dtypes, strict=True):
        if isinstance(dtype, pd.api.extensions.ExtensionDtype) and dtype.kind in nullable.get(name, ()):
            column = data[name]
            number = dtype.kind != "b"
            changed[name] = column.astype("float64") if number else column.astype(object).where(column.notna(), None)
    if not changed:
        return data
    table = data.copy(deep=False)
    for name, column in changed.items():
        table[name] = column
    return table
