"""Columns with missing values, as MLflow's schema enforcement takes them.

MLflow types pandas' nullable integers and booleans by their numpy types, which have no missing values, and then
refuses the very table that the schema is from. Over HTTP, it makes `False` of a null in a boolean column. So such
integers are doubles, and such booleans are of any type; a table is brought to that before MLflow looks at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.types import Schema

__all__ = ["nullable_columns", "schema_with_missing", "table_with"]


def schema_with_missing(schema: Schema) -> Schema:
    """Give the schema whose optional columns have types that can hold a missing value."""
    from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

    if schema.is_tensor_spec():
        return schema
    anything = AnyType()  # type: ignore[no-untyped-call]  # so in MLflow
    room: dict[Any, Any] = {DataType.integer: DataType.double, DataType.long: DataType.double}
    room[DataType.boolean] = anything
    return Schema(
        [
            each
            if each.required or not isinstance(each.type, DataType) or each.type not in room
            else ColSpec(room[each.type], name=each.name, required=False)
            for each in schema.inputs
        ]
    )


def nullable_columns(schema: Schema | None) -> dict[Any, str]:
    """Give the optional columns that may be nullable in a table, with the kinds (of numpy) of what those then hold."""
    if schema is None or schema.is_tensor_spec():
        return {}
    kinds = {each.name: _kinds(each.type) for each in schema.inputs if not each.required}
    return {name: kind for name, kind in kinds.items() if kind}


def _kinds(type_: Any) -> str:
    from mlflow.types.schema import AnyType, DataType

    if type_ is DataType.double:
        return "iu"
    return "b" if isinstance(type_, AnyType) else ""


def table_with(nullable: Mapping[Any, str], data: Any) -> Any:
    """Give a table whose nullable columns are as an optional double, or an optional column of any type, takes them.

    An integer is a float, with NaN where it is missing; a boolean is an object, with None. All else is as it was,
    and the table itself is not changed.
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
