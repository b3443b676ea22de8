"""The OpenAPI description of a server, typed by the signatures of its models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.render.made_up import example_request, json_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro_bind.serving.served_model import ServedModel

__all__ = ["describe"]

_ERROR = {"$ref": "#/components/schemas/Error"}
_PAGE = "A page to try them"
_REFUSALS = {
    "400": "The request can't be read or does not fit the model's signature, or the model fails for it.",
    "404": "There is no such model or version.",
    "413": "The request is too large.",
    "415": "The content type is not supported.",
    "503": "Too many requests are waiting.",
    "504": "The model did not respond in time.",
}


def describe(models: Sequence[ServedModel], *, show_example: bool = False) -> dict[str, Any]:
    """Return the description as OpenAPI 3.1; the first model is the one behind plain `/invocations`.

    With `show_example`, requests show the logged example, which is real data, in place of one that is made up.
    """
    paths: dict[str, Any] = {
        "/invocations": {"post": _invocations(models[0], "invocations", show_example=show_example)}
    }
    for model in models:
        for path in _paths_of(model):
            operation = _invocations(model, f"invocations{path.replace('/', '_')}", show_example=show_example)
            paths[f"{path}/invocations"] = {"post": operation}
    paths |= {
        "/ping": _plain("Whether the server is ready", "application/json"),
        "/health": _plain("Whether the server is ready", "application/json"),
        "/version": _plain("The version of MLflow", "application/json"),
        "/metrics": _plain("Metrics for Prometheus", "text/plain"),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Served models", "version": _version(), "description": f"By kedro_bind. [{_PAGE}](.)"},
        "paths": paths,
        "components": {"schemas": {"Error": _error_schema()}},
    }


def _paths_of(model: ServedModel) -> list[str]:
    path = f"/models/{model.name}"
    return [path, f"{path}/versions/{model.version}"] if model.version else [path]


def _invocations(model: ServedModel, operation: str, *, show_example: bool) -> dict[str, Any]:
    signature = model.pyfunc.metadata.signature
    inputs, outputs, params = (
        (signature.inputs, signature.outputs, signature.params) if signature is not None else (None, None, None)
    )
    example = model.logged_example if show_example else None
    return {
        "operationId": operation,
        "tags": ["Predictions"],
        "summary": f"Predict with the model '{model.name}'",
        "description": model.description,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": _request_schema(inputs, params),
                    "example": example or example_request(inputs, params),
                },
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        "responses": {
            "200": {
                "description": "The predictions",
                "content": {"application/json": {"schema": _response_schema(outputs)}},
            },
            **{
                status: {"description": text, "content": {"application/json": {"schema": _ERROR}}}
                for status, text in _REFUSALS.items()
            },
        },
    }


def _request_schema(inputs: Any, params: Any) -> dict[str, Any]:
    """Return the schema of a body: one of the four forms of a table, and the parameters."""
    shared: dict[str, Any] = {}
    if params is not None:
        properties = {param.name: _param_schema(param) for param in params.params}
        shared["params"] = {"type": "object", "properties": properties, "additionalProperties": False}
    if inputs is None or inputs.is_tensor_spec() or not inputs.has_input_names():
        forms: list[tuple[str, dict[str, Any]]] = [
            (form, {}) for form in ("inputs", "instances", "dataframe_split", "dataframe_records")
        ]
    else:
        record = {
            "type": "object",
            "properties": {str(column.name): json_type(column.type) for column in inputs.inputs},
            "required": list(map(str, inputs.required_input_names())),
        }
        records = {"type": "array", "items": record, "minItems": 1}
        split = {
            "type": "object",
            "properties": {
                "columns": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                "index": {"type": "array"},
                "data": {"type": "array", "items": {"type": "array"}},
            },
            "required": ["columns", "data"],
            "additionalProperties": False,
        }
        by_column = {"type": "object", "required": record["required"]}
        forms = [
            ("dataframe_records", records),
            ("dataframe_split", split),
            ("instances", records),
            ("inputs", by_column),
        ]
    return {
        "oneOf": [
            {"type": "object", "properties": {name: schema, **shared}, "required": [name]} for name, schema in forms
        ]
    }


def _param_schema(param: Any) -> dict[str, Any]:
    from mlflow.types.schema import DataType

    schema = json_type(param.dtype)
    if isinstance(param.dtype, DataType) and isinstance(schema.get("type"), list):
        schema = {**schema, "type": schema["type"][0]}  # null is refused for a parameter that has a type
    return schema if param.shape is None else {"type": "array", "items": schema}


def _response_schema(outputs: Any) -> dict[str, Any]:
    predictions: dict[str, Any] = {}
    if outputs is not None and not outputs.is_tensor_spec() and outputs.has_input_names():
        properties = {str(column.name): json_type(column.type) for column in outputs.inputs}
        predictions = {"type": "array", "items": {"type": "object", "properties": properties}}
    elif outputs is not None:
        predictions = {"type": "array"}
    return {"type": "object", "properties": {"predictions": predictions}, "required": ["predictions"]}


def _plain(summary: str, media_type: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string"}}} if media_type.startswith("text/") else {media_type: {}}
    return {
        "get": {
            "tags": ["Server"],
            "summary": summary,
            "responses": {"200": {"description": summary, "content": content}},
        }
    }


def _error_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}},
        "required": ["error_code", "message"],
    }


def _version() -> str:
    import importlib.metadata

    return importlib.metadata.version("kedro-bind")
