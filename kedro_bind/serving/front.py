"""The process in front of backends: one address for models that can't share a process, or whose versions change.

It loads no model. A request goes to the backend of its model as it came, and the response comes back as it is; only
what is about all models is put together here.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kedro_bind.process.termination import termination
from kedro_bind.serving.backends import Backends
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.model_server import KEEP_ALIVE_SECONDS
from kedro_bind.serving.requests import client_gone, read_body, request_error, unless_disconnected, v2_error

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from kedro_bind.serving.backend import Backend
    from kedro_bind.serving.forwarding import BackendResponse
    from kedro_bind.serving.options import ServerOptions
    from kedro_bind.serving.sources import ModelSource
    from kedro_bind.serving.summaries import ModelSummary

__all__ = ["run_front"]

_MODEL = re.compile(r"/(?:v2/)?models/([^/]+)(?:/versions/([^/]+))?")
_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def run_front(
    options: ServerOptions,
    sources: Sequence[ModelSource],
    listening: socket.socket,
    announce: Callable[[Sequence[tuple[str, ModelSummary]]], None],
) -> None:
    """Start the backends of models, and serve until a signal; requests under way are finished.

    Raises:
        KedroBindError: a model can't be loaded, or does not predict its example.
    """
    backends = Backends(options)
    config = uvicorn.Config(
        _front_app(backends, options.limits.body_bytes),
        log_level="info" if options.verbose else "warning",
        access_log=options.verbose,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )

    async def serve() -> None:
        following: asyncio.Task[None] | None = None
        try:
            await backends.serve(sources)
            listening.listen(config.backlog)
            announce(backends.served)
            if options.reload is not None:
                following = asyncio.create_task(backends.follow(sources, options.reload))
            await uvicorn.Server(config).serve(sockets=[listening])
        finally:
            if following is not None:
                following.cancel()
            await backends.stop()

    with termination.watched():  # uvicorn hands the signal on once it has ended
        uvloop.run(serve())


def _front_app(backends: Backends, most_bytes: int) -> Starlette:
    async def models(_: Request) -> Response:
        return JSONResponse([summary for content in await _of_all(backends, b"/models") for summary in content])

    async def description(_: Request) -> Response:
        first, *others = await _of_all(backends, b"/openapi.json")
        for other in others:
            first["paths"] = {**other["paths"], **first["paths"]}
        return JSONResponse(first)

    async def forward(request: Request) -> Response:
        body = await read_body(request, most_bytes)
        return await unless_disconnected(request, _forwarded(backends, request, body))

    return Starlette(
        routes=[
            Route("/models", models),
            Route("/openapi.json", description),
            Route("/{path:path}", forward, methods=_METHODS),
        ],
        exception_handlers={
            ClientDisconnect: client_gone,
            RequestError: _refused,  # type: ignore[dict-item]  # starlette's type is wider
        },
    )


async def _refused(request: Request, error: RequestError) -> Response:
    is_v2 = request.scope["path"].startswith("/v2/")
    return v2_error(error) if is_v2 else await request_error(request, error)


async def _of_all(backends: Backends, target: bytes) -> list[Any]:
    """Return what each backend has at a path."""
    responses = await asyncio.gather(*(_response(backend, "GET", target) for backend in backends))
    return [json.loads(response.body) for response in responses]


async def _forwarded(backends: Backends, request: Request, body: bytes) -> Response:
    target: bytes = request.scope["raw_path"]
    if query := request.scope["query_string"]:
        target += b"?" + query
    path = _MODEL.match(request.scope["path"])
    backend = backends.find(*path.groups()) if path else backends.find()
    # The server leaves out the body of the response to HEAD.
    method = "GET" if request.method == "HEAD" else request.method
    received = await _response(backend, method, target, request.headers.raw, body)
    response = Response(received.body, received.status)
    response.raw_headers = [*received.headers, (b"content-length", str(len(received.body)).encode())]
    return response


async def _response(backend: Backend, *request: Any) -> BackendResponse:
    """Return the response of a backend.

    Raises:
        RequestError: the backend has died, and could not be started again.
    """
    try:
        return await backend.request(*request)
    except OSError:
        raise RequestError(503, "TEMPORARILY_UNAVAILABLE", "the model is not available") from None
