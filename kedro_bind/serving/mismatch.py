"""Which value of a request does not fit its type, in words that have nothing of the value itself."""

from __future__ import annotations

import base64
import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.serving.cells import names_and_specs
from kedro_bind.serving.nested import flat_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlflow.types import ParamSpec, Schema

__all__ = ["Mismatch", "mismatch_of", "mismatch_of_columns", "mismatch_of_param", "name_of_type", "refused_part"]


@dataclass(frozen=True)
class Mismatch:
    """What a type expects, and what was found instead. If it is not `certain`, MLflow refuses it in some forms only."""

    expected: str
    found: str
    certain: bool

    def __str__(self) -> str:
        return f"{self.expected}, and {self.found}"


@dataclass(frozen=True)
class _Kind:
    """What a scalar type expects. `read` raises an error for text that can't be converted to it."""

    expected: str
    types: tuple[type, ...]
    read: Callable[[str], Any] = str
    takes_null: bool = False
    takes_anything: bool = False
    """Whether MLflow converts whatever it gets, a list as well."""


_BOOLEANS = _Kind("booleans", (bool,), takes_anything=True)
_INTEGERS = _Kind("integers", (int,), int)
_NUMBERS = _Kind("numbers", (int, float), float, takes_null=True)
_TEXT = _Kind("text", (str,), takes_null=True, takes_anything=True)
_DATES = _Kind("dates", (str, dt.date), takes_null=True)
_BINARY = _Kind("binary data as base64", (str, bytes), lambda text: base64.decodebytes(text.encode()))
_OF_TYPE = {"boolean": _BOOLEANS, "integer": _INTEGERS, "long": _INTEGERS, "float": _NUMBERS, "double": _NUMBERS}
_OF_TYPE |= {"string": _TEXT, "datetime": _DATES, "binary": _BINARY}
_OF_TENSOR = {"b": _BOOLEANS, "i": _INTEGERS, "u": _INTEGERS, "f": _NUMBERS, "U": _TEXT}
"""By the kinds of numpy's types, which tensors have."""
_FOUND = {bool: "a boolean", str: "text", list: "a list", dict: "a mapping", int: "a number", float: "a number"}


def mismatch_of_columns(schema: Schema, columns: Mapping[Any, Sequence[Any]]) -> str:
    """Say which column, or tensor, of a request does not fit a schema; return nothing if none is seen to.

    The columns are by their names, or by their positions if the schema has no names.
    """
    named = schema.has_input_names()
    missing = [f"'{name}'" for name in schema.required_input_names() if name not in columns] if named else []
    if missing:
        return f"the input has no column {', '.join(missing)}"
    subject = "the column '{}'" if named or not schema.is_tensor_spec() else "the input"
    mismatches = [
        (mismatch, f"{subject.format(name)} has {mismatch}")
        for name, spec in names_and_specs(schema)
        if (mismatch := mismatch_of(spec.type, columns.get(name, ()))) is not None
    ]
    return max(mismatches, key=lambda found: found[0].certain, default=(None, ""))[1]


def refused_part(schema: Schema, parsed: Callable[[Schema], Any], columns: Mapping[Any, Sequence[Any]]) -> Schema:
    """Return the schema of a column that MLflow refuses even alone; the whole schema if there is no such column.

    `parsed` parses the input for a schema. Halves of the columns are tried, so that a wide table takes few attempts.
    """
    from mlflow.models.utils import _enforce_schema  # the public way predicts as well
    from mlflow.types import Schema

    def refuses(specs: list[Any]) -> bool:
        part = Schema(specs)
        try:
            _enforce_schema(_only(part, parsed(part)), part)
        except Exception:  # noqa: BLE001 - MLflow raises several types, and so does what it calls
            return True
        return False

    if not schema.has_input_names() or not columns.keys() >= set(schema.required_input_names()):
        return schema
    specs = list(schema.inputs)
    while len(specs) > 1:
        half = specs[: len(specs) // 2]
        specs = half if refuses(half) else specs[len(half) :]
    return Schema(specs) if refuses(specs) else schema


def _only(part: Schema, data: Any) -> Any:
    """Return parsed input without the columns that a part of the schema leaves out: MLflow would warn of them."""
    import pandas as pd

    names = part.input_names()
    if isinstance(data, pd.DataFrame):
        return data.loc[:, data.columns.isin(names)]
    if isinstance(data, list):
        return [_only(part, record) for record in data]
    return {name: values for name, values in data.items() if name in names} if isinstance(data, dict) else data


def mismatch_of_param(spec: ParamSpec, value: Any) -> str:
    """Say how the value of a parameter that MLflow refuses does not fit."""
    from mlflow.types.schema import Array

    mismatch = mismatch_of(spec.dtype if spec.shape is None else Array(spec.dtype), [value])
    return f"the parameter '{spec.name}' takes {mismatch or 'values of another type'}"


def name_of_type(type_: Any) -> str:
    """Return the name of a type of a signature, as a reader would write it."""
    from mlflow.types.schema import Array, Map, Object

    if isinstance(type_, Array):
        return f"a list of {name_of_type(type_.dtype)}"
    if isinstance(type_, Map):
        return f"a mapping to {name_of_type(type_.value_type)}"
    if isinstance(type_, Object):
        return f"a mapping with the fields {', '.join(field.name for field in type_.properties)}"
    return getattr(type_, "name", str(type_))


def mismatch_of(type_: Any, values: Sequence[Any]) -> Mismatch | None:
    """Return the first mismatch that MLflow certainly refuses, or else the first one, if there is any."""
    return max(_mismatches(type_, values), key=lambda mismatch: mismatch.certain, default=None)


def _mismatches(type_: Any, values: Sequence[Any]) -> Iterator[Mismatch]:
    from mlflow.types.schema import Array, Map, Object

    if isinstance(type_, Array):
        for value in values:
            if not isinstance(value, list):
                yield Mismatch("lists", f"a value is {_described(value)}", certain=False)
        while isinstance(type_, Array):
            type_ = type_.dtype
        values = list(flat_values(list(values)))
    if isinstance(type_, Object):
        yield from _of_object(type_, values)
    elif isinstance(type_, Map):
        yield from _of_map(type_, values)
    elif (kind := _OF_TYPE.get(getattr(type_, "name", ""))) is not None:
        yield from _of_scalar(kind, values)
    elif (kind := _OF_TENSOR.get(getattr(type_, "kind", ""))) is not None:
        yield from _of_scalar(kind, list(flat_values(list(values))))


def _of_scalar(kind: _Kind, values: Sequence[Any]) -> Iterator[Mismatch]:
    for value in values:
        if (found := _found(kind, value)) is not None:
            yield Mismatch(kind.expected, *found)
    if kind is _DATES and not _are_dates(values):
        yield Mismatch(kind.expected, "a value is not a date between 1677 and 2262", certain=True)
    if kind.takes_null and values and all(map(_is_null, values)):
        yield Mismatch(kind.expected, "all values are missing", certain=False)


def _of_object(type_: Any, values: Sequence[Any]) -> Iterator[Mismatch]:
    fields = {field.name: field for field in type_.properties}
    expected = f"mappings with the fields {', '.join(fields)}"
    for value in values:
        if not isinstance(value, dict):
            yield Mismatch(expected, f"a value is {_described(value)}", certain=not _is_null(value))
            continue
        for field in fields.values():
            if field.name not in value:
                if field.required:
                    yield Mismatch(expected, f"a value has no '{field.name}'", certain=True)
            elif (inner := mismatch_of(field.dtype, [value[field.name]])) is not None:
                yield Mismatch(f"{inner.expected} in the field '{field.name}'", inner.found, inner.certain)
        if value.keys() - fields.keys():
            yield Mismatch(expected, "a value has another field", certain=True)


def _of_map(type_: Any, values: Sequence[Any]) -> Iterator[Mismatch]:
    for value in values:
        if not isinstance(value, dict):
            yield Mismatch("mappings", f"a value is {_described(value)}", certain=not _is_null(value))
            continue
        for item in value.values():
            if (inner := mismatch_of(type_.value_type, [item])) is not None:
                yield Mismatch(f"mappings to {inner.expected}", inner.found, inner.certain)


def _found(kind: _Kind, value: Any) -> tuple[str, bool] | None:
    """Say what a value is that is not of a kind, and whether MLflow certainly refuses it."""
    if _is_null(value):
        return None if kind.takes_null else ("a value is missing", not kind.takes_anything)
    if isinstance(value, float) and kind is _INTEGERS:
        return None if value.is_integer() else ("a value has a fraction", True)
    is_of_kind = isinstance(value, kind.types) and (kind is _BOOLEANS or not isinstance(value, bool))
    if isinstance(value, str):
        try:
            kind.read(value)
        except ValueError:
            return f"a value is {'other ' if is_of_kind else ''}text", True
    if is_of_kind:
        return None
    return f"a value is {_described(value)}", isinstance(value, list | dict) and not kind.takes_anything


def _described(value: Any) -> str:
    return "missing" if _is_null(value) else _FOUND.get(type(value), "of another type")


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _are_dates(values: Sequence[Any]) -> bool:
    import pandas as pd

    try:
        pd.to_datetime([value for value in values if isinstance(value, str)], format="mixed").as_unit("ns")
    except (ValueError, OverflowError):  # which pandas' own errors are
        return False
    return True
