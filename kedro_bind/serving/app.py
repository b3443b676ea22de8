"""The ASGI application: which function handles which path."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kedro_bind.serving.endpoint import Endpoint, Endpoints
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.limits import Limits
from kedro_bind.serving.metrics import Metrics
from kedro_bind.serving.mlflow_protocol import read_request
from kedro_bind.serving.openapi import describe
from kedro_bind.serving.pages import page_routes
from kedro_bind.serving.requests import client_gone, read_body, request_error, unless_disconnected
from kedro_bind.serving.v2_routes import v2_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request

    from kedro_bind.serving.served_model import ServedModel

__all__ = ["create_app"]

_THREADS = 2
"""Two, so that one slow call does not block the others; more would mostly compete for the GIL."""


def create_app(
    models: Sequence[ServedModel],
    *,
    batch: bool | None = None,
    limits: Limits | None = None,
    show_example: bool = False,
) -> Starlette:
    """Return an ASGI application that serves loaded models; the first one is behind plain `/invocations`.

    With `batch`, rows of different callers share a call of the model; without a value, they do for the models whose
    binding has `row_wise: true`. With `show_example`, the description shows the logged example, which is real data.

    Raises:
        KedroBindError: `batch` is set, and verification did not find a model to be row-wise.
    """
    # As MLflow's server does; models with type hints then make bytes and dates of the strings that JSON has for them.
    os.environ["_MLFLOW_IS_IN_SERVING_ENVIRONMENT"] = "true"
    executor = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="predict")
    # Apart from the others, so that predictions do not wait for large bodies; one, since it competes for the GIL too.
    decoding = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode")
    metrics = Metrics()
    endpoints = Endpoints()
    for model in models:
        endpoints.add(Endpoint.of(model, executor, decoding, limits or Limits(), metrics, batch=batch))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        decoding.shutdown(wait=True)
        executor.shutdown(wait=True)

    return Starlette(
        routes=_routes(endpoints, metrics, show_example=show_example),
        exception_handlers={
            RequestError: request_error,  # type: ignore[dict-item]  # starlette's type is wider
            HTTPException: _http_error,  # type: ignore[dict-item]  # see above
            ClientDisconnect: client_gone,
        },
        lifespan=lifespan,
    )


def _routes(endpoints: Endpoints, metrics: Metrics, *, show_example: bool) -> list[BaseRoute]:
    async def invocations(request: Request) -> Response:
        endpoint = endpoints.find(request.path_params.get("name"), request.path_params.get("version"))
        with metrics.request(endpoint.model) as statuses:
            response = await _response(endpoint, request)
            statuses.append(response.status_code)
        return response

    async def metrics_text(_: Request) -> Response:
        return Response(metrics.text(), media_type=metrics.content_type)

    async def description(_: Request) -> Response:
        return JSONResponse(describe(endpoints.models, show_example=show_example))

    return [
        Route("/invocations", invocations, methods=["POST"]),
        Route("/models/{name}/invocations", invocations, methods=["POST"]),
        Route("/models/{name}/versions/{version}/invocations", invocations, methods=["POST"]),
        Route("/ping", _ping),
        Route("/health", _ping),
        Route("/version", _version),
        Route("/metrics", metrics_text),
        Route("/openapi.json", description),
        *v2_routes(endpoints, metrics),
        *page_routes(endpoints),
    ]


async def _response(endpoint: Endpoint, request: Request) -> Response:
    try:
        body = await read_body(request, endpoint.limits.body_bytes)
        content_type = request.headers.get("content-type")
        return await unless_disconnected(request, _predicted(endpoint, body, content_type))
    except RequestError as error:
        return await request_error(request, error)


async def _predicted(endpoint: Endpoint, body: bytes, content_type: str | None) -> Response:
    rows, params = await endpoint.decode(body, lambda: read_request(endpoint.model, body, content_type))
    return Response(await endpoint.predict(rows, params), media_type="application/json")


async def _ping(_: Request) -> Response:
    return Response("\n", media_type="application/json")


async def _version(_: Request) -> Response:
    from mlflow.version import VERSION

    return Response(VERSION, media_type="application/json")


async def _http_error(_: Request, error: HTTPException) -> Response:
    code = "ENDPOINT_NOT_FOUND" if error.status_code == 404 else "BAD_REQUEST"  # noqa: PLR2004 - HTTP's
    return JSONResponse({"error_code": code, "message": error.detail}, error.status_code, error.headers)
