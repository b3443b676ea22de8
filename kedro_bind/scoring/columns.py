"""Columns of Arrow tables in the types of a model's signature, and the rows whose values do not have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

__all__ = ["ColumnType", "column_types", "conform", "misfits"]

_ARROW = {
    "boolean": "bool",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "string": "string",
    "binary": "binary",
    "datetime": "timestamp[ns]",
}


@dataclass(frozen=True)
class ColumnType:
    """A column of the signature; `arrow` is the name of its type in Arrow, empty where it may be anything."""

    name: str
    type: str
    arrow: str
    required: bool

    @property
    def arrow_type(self) -> pa.DataType:
        """Its type in Arrow."""
        import pyarrow as pa

        return pa.timestamp("ns") if self.type == "datetime" else pa.type_for_alias(self.arrow)


def column_types(schema: Any) -> tuple[ColumnType, ...]:
    """Return the named columns of a signature's schema; of an array or of no schema there are none."""
    from mlflow.types.schema import DataType

    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return ()
    columns = []
    for column in schema.inputs:
        name = column.type.name if isinstance(column.type, DataType) else ""
        columns.append(ColumnType(column.name, name, _ARROW.get(name, ""), column.required))
    return tuple(columns)


def conform(
    table: pa.Table, columns: Sequence[ColumnType], *, from_text: bool = False
) -> tuple[pa.Table, dict[int, str]]:
    """Return a table whose columns have the types of a signature, and why rows are rejected, by their positions.

    A conversion never changes a value: an integer that a double does not have exactly is rejected, and so is a fraction
    in a column of integers. A rejected value is null in the table. Strings are converted only with `from_text`.
    """
    rejected: dict[int, str] = {}
    for column in columns:
        place = table.schema.get_field_index(column.name)
        if place < 0 or not column.arrow:
            continue
        values = table.column(place).combine_chunks() if table.column(place).num_chunks != 1 else table.column(place)
        values = _converted(values, column, rejected, from_text=from_text)
        if column.required and column.type in ("boolean", "integer", "long") and values.null_count:
            for position in _positions_of_nulls(values):
                rejected.setdefault(position, f"column '{column.name}': a missing value in a required {column.type}")
        table = table.set_column(place, column.name, values)
    return table, rejected


def _converted(values: Any, column: ColumnType, rejected: dict[int, str], *, from_text: bool) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    target = column.arrow_type
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if values.type == target or not (
        _may_convert(values.type, target) or (from_text and pa.types.is_string(values.type))
    ):
        return values
    try:
        return values.cast(target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        bad = misfits(values, lambda part: part.cast(target))
    for position in bad:
        value = values[position].as_py()
        rejected.setdefault(position, f"column '{column.name}': {value!r} is not a valid {column.type}")
    mask = [position in bad for position in range(len(values))]
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.if_else(pa.array(mask), pa.scalar(None, values.type), flat).cast(target)


def _may_convert(source: Any, target: Any) -> bool:
    """Check whether Arrow converts without changing a value; all else is left to MLflow to refuse."""
    from pyarrow import types

    if types.is_null(source):
        return True
    if types.is_temporal(target):
        return bool(types.is_date(source) or (types.is_timestamp(source) and source.tz is None))
    if types.is_floating(target):
        is_narrower = types.is_floating(source) and source.bit_width > target.bit_width
        return bool(
            (types.is_integer(source) or types.is_floating(source) or types.is_decimal(source)) and not is_narrower
        )
    if types.is_integer(target):
        return bool(types.is_integer(source) or types.is_floating(source))
    if types.is_string(target):
        return bool(types.is_large_string(source) or types.is_string_view(source))
    return bool(types.is_binary(target) and (types.is_large_binary(source) or types.is_fixed_size_binary(source)))


def misfits(values: Any, convert: Callable[[Any], Any]) -> set[int]:
    """Find the positions of what can't be converted, by halves: few of many are found quickly."""
    found: set[int] = set()
    parts = [(0, len(values))]
    while parts:
        start, stop = parts.pop()
        try:
            convert(values.slice(start, stop - start))
        except Exception:  # noqa: BLE001 - whatever a conversion raises for a value
            if stop - start == 1:
                found.add(start)
            else:
                middle = (start + stop) // 2
                parts += [(start, middle), (middle, stop)]
    return found


def _positions_of_nulls(values: Any) -> list[int]:
    import pyarrow.compute as pc

    positions: list[int] = pc.indices_nonzero(pc.is_null(values)).to_pylist()
    return positions
