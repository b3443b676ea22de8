"""The endpoints of the Open Inference Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kedro_bind.serving.errors import RequestError, bad_request, invalid_value
from kedro_bind.serving.requests import read_body, unless_disconnected, v2_error
from kedro_bind.serving.v2 import HEADER_LENGTH, read_infer_request, tensors_of, write_infer_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from kedro_bind.serving.decoder import Rows
    from kedro_bind.serving.endpoint import Endpoint, Endpoints
    from kedro_bind.serving.metrics import Metrics
    from kedro_bind.serving.predictions import Part
    from kedro_bind.serving.served_model import ServedModel
    from kedro_bind.serving.v2 import InferRequest

__all__ = ["v2_routes"]

_DATATYPES = {
    "boolean": "BOOL",
    "integer": "INT32",
    "long": "INT64",
    "float": "FP32",
    "double": "FP64",
    "string": "BYTES",
    "binary": "BYTES",
    "datetime": "BYTES",
}


def v2_routes(endpoints: Endpoints, metrics: Metrics) -> list[Route]:
    """Return the routes of the protocol for all models."""

    def of_model(handle: Callable[[Endpoint, Request], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            try:
                endpoint = endpoints.find(request.path_params["name"], request.path_params.get("version"))
                return await handle(endpoint, request)
            except RequestError as error:
                return v2_error(error)

        return respond

    async def infer(endpoint: Endpoint, request: Request) -> Response:
        with metrics.request(endpoint.model) as statuses:
            try:
                response = await _infer(endpoint, request)
            except RequestError as error:
                response = v2_error(error)
            statuses.append(response.status_code)
        return response

    routes = [Route("/v2", _server), Route("/v2/health/live", _live), Route("/v2/health/ready", _ready)]
    for path in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        routes += [
            Route(path, of_model(_describe)),
            Route(f"{path}/ready", of_model(_model_ready)),
            Route(f"{path}/infer", of_model(infer), methods=["POST"]),
        ]
    return routes


async def _server(_: Request) -> Response:
    import importlib.metadata

    version = importlib.metadata.version("kedro-bind")
    return JSONResponse({"name": "kedro_bind", "version": version, "extensions": ["binary_tensor_data"]})


async def _live(_: Request) -> Response:
    return JSONResponse({"live": True})


async def _ready(_: Request) -> Response:
    return JSONResponse({"ready": True})


async def _describe(endpoint: Endpoint, _: Request) -> Response:
    return JSONResponse(_metadata(endpoint.model))


async def _model_ready(endpoint: Endpoint, _: Request) -> Response:
    return JSONResponse({"name": endpoint.model.name, "ready": True})


async def _infer(endpoint: Endpoint, request: Request) -> Response:
    body = await read_body(request, endpoint.limits.body_bytes)
    header_length = request.headers.get(HEADER_LENGTH)
    model = endpoint.model
    head = {"model_name": model.name, "model_version": model.version or "1"}

    def decoded() -> tuple[InferRequest, Mapping[str, Any] | None, Rows]:
        read = read_infer_request(body, header_length)
        return read, model.params(dict(read.parameters) or None), _rows(model, read)

    async def predicted() -> Response:
        read, params, rows = await endpoint.decode(body, decoded)

        def write(part: Part) -> tuple[bytes, dict[str, str]]:
            return write_infer_response(head, tensors_of(part.data), read)

        content, headers = await endpoint.predict(rows, params, write)
        return Response(content, headers=headers)

    return await unless_disconnected(request, predicted())


def _rows(model: ServedModel, request: InferRequest) -> Rows:
    """Return the rows that the tensors of a request are the columns of, or the array that its only tensor is."""
    import numpy as np

    schema = model.pyfunc.metadata.get_input_schema()
    if schema is not None and schema.is_tensor_spec():
        if len(request.inputs) != 1:
            raise invalid_value("the model takes one tensor")
        tensor = request.inputs[0]
        return model.decoder.enforced(np.asarray(tensor.data).reshape(tensor.shape))
    columns: dict[str, Any] = {}
    for tensor in request.inputs:
        if len(tensor.shape) not in (1, 2) or tensor.shape[1:] not in ((), (1,)):
            raise invalid_value(f"the input '{tensor.name}' must have the shape [n] or [n, 1]")
        if tensor.name in columns:
            raise bad_request(f"the input '{tensor.name}' appears twice")
        columns[tensor.name] = tensor.data if isinstance(tensor.data, list) else tensor.data.reshape(-1)
    if len({len(column) for column in columns.values()}) > 1:
        raise invalid_value("the inputs have different numbers of rows")
    return model.decoder.typed(columns)


def _metadata(model: ServedModel) -> dict[str, Any]:
    signature = model.pyfunc.metadata.signature
    return {
        "name": model.name,
        "versions": [model.version] if model.version else [],
        "platform": "mlflow_pyfunc",
        "inputs": _tensors(signature.inputs if signature else None, "input"),
        "outputs": _tensors(signature.outputs if signature else None, "predictions"),
    }


def _tensors(schema: Any, unnamed: str) -> list[dict[str, Any]]:
    if schema is None:
        return []
    if schema.is_tensor_spec():
        return [
            {"name": tensor.name or unnamed, "datatype": _datatype_of_array(tensor.type), "shape": list(tensor.shape)}
            for tensor in schema.inputs
        ]
    return [
        {
            "name": str(column.name or unnamed),
            "datatype": _DATATYPES.get(getattr(column.type, "name", ""), "BYTES"),
            "shape": [-1],
        }
        for column in schema.inputs
    ]


def _datatype_of_array(dtype: Any) -> str:
    kinds = {"f": "FP", "i": "INT", "u": "UINT"}
    if dtype.kind == "b":
        return "BOOL"
    return f"{kinds[dtype.kind]}{dtype.itemsize * 8}" if dtype.kind in kinds else "BYTES"
