"""Columns with missing values, as MLflow's schema enforcement takes them.

MLflow types pandas' nullable integers and booleans by their numpy types, which have no missing values, and then
refuses the very table that the schema is from. Over HTTP, it makes `False` of a null in a boolean column. So such
integers are doubles, and such booleans are of any type; a table is brought to that before MLflow looks at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.types import Schema

__all__ = ["schema_with_missing", "table_for_schema"]


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


def table_for_schema(data: Any, schema: Schema | None) -> Any:
    """Give a table whose nullable columns are as an optional double, or an optional column of any type, takes them.

    An integer is a float, with NaN where it is missing; a boolean is an object, with None. All else is as it was,
    and the table itself is not changed.
    """
    import pandas as pd
    from mlflow.types.schema import AnyType, DataType

    if schema is None or not isinstance(data, pd.DataFrame):
        return data
    optional = {each.name: each.type for each in schema.inputs if not each.required}
    if not optional:
        return data
    changed: dict[Any, Any] = {}
    for name, dtype in zip(data.columns, data.dtypes, strict=True):
        if name not in optional or not isinstance(dtype, pd.api.extensions.ExtensionDtype):
            continue
        if dtype.kind in "iu" and optional[name] is DataType.double:
            changed[name] = data[name].astype("float64")
        elif dtype.kind == "b" and isinstance(optional[name], AnyType):
            changed[name] = data[name].astype(object).where(data[name].notna(), None)
    if not changed:
        return data
    table = data.copy(deep=False)
    for name, column in changed.items():
        table[name] = column
    return table
