"""Examples that are made up from a signature: a logged example is real data, and no caller's business."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.types import ParamSchema, Schema

__all__ = ["example_of_params", "example_record", "example_request", "invitation", "json_type"]

_SCALARS: dict[str, tuple[dict[str, Any], Any]] = {
    "boolean": ({"type": "boolean"}, True),
    "integer": ({"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, 1),
    "long": ({"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}, 1),
    "float": ({"type": "number"}, 1.5),
    "double": ({"type": "number"}, 1.5),
    "string": ({"type": "string"}, "text"),
    "binary": ({"type": "string", "contentEncoding": "base64"}, "dGV4dA=="),
    "datetime": ({"type": "string", "format": "date-time"}, "2024-01-31T12:00:00"),
}
"""For each of MLflow's types: the JSON Schema of its values, and a value."""
_MISSING = {"float", "double", "string"}
"""Types that take null, whether their column is required or not."""


def json_type(type_: Any) -> dict[str, Any]:
    """Return the JSON Schema for a type of a signature."""
    from mlflow.types.schema import Array, DataType, Map, Object

    if isinstance(type_, DataType):
        schema = _SCALARS[type_.name][0]
        return {**schema, "type": [schema["type"], "null"]} if type_.name in _MISSING else dict(schema)
    if isinstance(type_, Array):
        return {"type": "array", "items": json_type(type_.dtype)}
    if isinstance(type_, Map):
        return {"type": "object", "additionalProperties": json_type(type_.value_type)}
    if isinstance(type_, Object):
        return {
            "type": "object",
            "properties": {field.name: json_type(field.dtype) for field in type_.properties},
            "required": [field.name for field in type_.properties if field.required],
            "additionalProperties": False,
        }
    return {}


def example_record(schema: Schema) -> dict[str, Any]:
    """Return a row with a value for each named column."""
    return {str(column.name): _example(column.type) for column in schema.inputs}


def example_of_params(schema: ParamSchema) -> dict[str, Any]:
    """Return the parameters with their defaults."""
    return {parameter.name: _plain(parameter.default) for parameter in schema.params}


def example_request(inputs: Schema | None, params: ParamSchema | None) -> dict[str, Any]:
    """Return a body for `/invocations` that fits a signature."""
    if inputs is None:
        body: dict[str, Any] = {"inputs": [1.5]}
    elif inputs.is_tensor_spec():
        shape = [1 if size == -1 else size for size in inputs.inputs[0].shape]  # type: ignore[union-attr]  # a tensor's
        body = {"inputs": _filled(shape)}
    elif inputs.has_input_names():
        body = {"dataframe_records": [example_record(inputs)]}
    else:
        body = {"dataframe_split": {"data": [[_example(column.type) for column in inputs.inputs]]}}
    return body if params is None else {**body, "params": example_of_params(params)}


def invitation(example: Mapping[str, Any], address: str) -> str:
    """Return the command, on one line, that sends an example to a server, and say that its values are made up."""
    command = f"curl -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(example))} {address}/invocations"
    return f"try it, with values of your own in place of these made-up ones: {command}"


def _example(type_: Any) -> Any:
    from mlflow.types.schema import Array, DataType, Map, Object

    if isinstance(type_, DataType):
        return _SCALARS[type_.name][1]
    if isinstance(type_, Array):
        return [_example(type_.dtype)]
    if isinstance(type_, Map):
        return {"key": _example(type_.value_type)}
    if isinstance(type_, Object):
        return {field.name: _example(field.dtype) for field in type_.properties}
    return True


def _filled(shape: list[int]) -> Any:
    return [_filled(shape[1:]) for _ in range(shape[0])] if shape else 1.5


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
