"""The columns of a signature, each with what turns the values of a request's JSON into its array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlflow.types import Schema

__all__ = ["Column", "NotPlain", "columns_of_schema"]


class NotPlain(Exception):  # noqa: N818 - not an error: it chooses the other way
    """A value is not one of those that a converter is certain of."""


@dataclass(frozen=True)
class Column:
    """A column: the type of its array (`str`: a list of strings), and what makes it from a request's values."""

    dtype: str
    convert: Callable[[Sequence[Any]], Any]

    def typed(self, values: Any) -> Any:
        """Return values that have a type already, if it is the right one."""
        if isinstance(values, list):
            return self.convert(values)
        if str(values.dtype) != self.dtype:
            raise NotPlain
        return values


def columns_of_schema(schema: Schema | None) -> dict[str, Column] | None:
    """Return the columns of a schema by name; `None` if one has a type that is not compiled."""
    from mlflow.types import DataType

    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return None
    known: dict[Any, Column] = {
        DataType.double: Column("float64", _doubles),
        DataType.float: Column("float32", _singles),
        DataType.long: Column("int64", _longs),
        DataType.integer: Column("int32", _integers_of_32_bits),
        DataType.string: Column("str", _strings),
        DataType.boolean: Column("bool", _booleans),
        DataType.datetime: Column("datetime64[ns]", _datetimes),
    }
    types = {column.name: column.type for column in schema.inputs}
    if not all(isinstance(type_, DataType) and type_ in known for type_ in types.values()):
        return None
    return {str(name): known[type_] for name, type_ in types.items()}


def _only(values: Sequence[Any], *types: type) -> None:
    if not set(map(type, values)) <= set(types):
        raise NotPlain


def _doubles(values: Sequence[Any]) -> Any:
    import numpy as np

    _only(values, float, int, type(None))
    try:
        return np.array(values, dtype="float64")
    except OverflowError:  # an integer that no double is near
        raise NotPlain from None


def _singles(values: Sequence[Any]) -> Any:
    import numpy as np

    wide = _doubles(values)
    if (np.abs(wide[np.isfinite(wide)]) > np.finfo("float32").max).any():
        raise NotPlain
    return wide.astype("float32")


def _longs(values: Sequence[Any]) -> Any:
    import numpy as np

    _only(values, int)
    try:
        return np.array(values, dtype="int64")
    except OverflowError:
        raise NotPlain from None


def _integers_of_32_bits(values: Sequence[Any]) -> Any:
    wide = _longs(values)
    narrow = wide.astype("int32")
    if (narrow != wide).any():
        raise NotPlain
    return narrow


def _booleans(values: Sequence[Any]) -> Any:
    import numpy as np

    _only(values, bool)
    return np.array(values, dtype="bool")


def _strings(values: Sequence[Any]) -> Any:
    """Return strings as they are: pandas chooses the type of the column, as it does for MLflow."""
    _only(values, str, type(None))
    if all(value is None for value in values):
        raise NotPlain
    return list(values)


def _datetimes(values: Sequence[Any]) -> Any:
    import pandas as pd

    _only(values, str)
    try:
        # Of a date in another format, pandas may guess each value's own, with a warning: that is left to MLflow.
        pd.to_datetime(list(values[:1]), format="ISO8601")
        parsed = pd.to_datetime(pd.Series(list(values)))
        if parsed.dtype.kind != "M" or getattr(parsed.dtype, "tz", None) is not None:
            raise NotPlain
        return parsed.dt.as_unit("ns").to_numpy()
    except (ValueError, TypeError, OverflowError):  # beyond the years 1677 to 2262, for instance
        raise NotPlain from None
