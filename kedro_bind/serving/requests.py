"""The body of an HTTP request, no larger than allowed, and the responses to one that gets no prediction."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from kedro_bind.serving.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from typing import Any

    from starlette.requests import Request

__all__ = ["client_gone", "read_body", "request_error", "unless_disconnected", "v2_error"]

_SECONDS_TO_DISCARD = 2.0
_CLIENT_CLOSED = 499
"""The status under which nginx, too, counts a request whose client has gone; nobody receives it."""


async def read_body(request: Request, most: int) -> bytes:
    """Return the body of a request that has at most `most` bytes.

    Of a larger one, up to as much again is read and discarded first: if a connection is closed while data is on its
    way, the client sees a reset in place of the response.

    Raises:
        RequestError: it is too large.
    """
    declared = request.headers.get("content-length", "")
    stream = request.stream()
    chunks, size = [], int(declared) if declared.isdecimal() else 0
    refusal = RequestError(413, "BAD_REQUEST", f"the body is larger than {most} bytes")
    if size > most:
        if size <= 2 * most:
            await _discard(stream, size)
        raise refusal
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > most:
            await _discard(stream, most)
            raise refusal
        chunks.append(chunk)
    return b"".join(chunks)


async def unless_disconnected(request: Request, response: Coroutine[Any, Any, Response]) -> Response:
    """Return a response; if the client goes before it is there, stop making it. The body has to be read before."""
    making, gone = asyncio.ensure_future(response), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({making, gone}, return_when=asyncio.FIRST_COMPLETED)
        return making.result() if making.done() else await client_gone(request)
    finally:
        gone.cancel()
        making.cancel()


async def client_gone(*_: object) -> Response:
    """Return the response to a request whose client has gone."""
    return Response(status_code=_CLIENT_CLOSED)


async def request_error(_: Request, error: RequestError) -> Response:
    """Return the response to a request that is refused, in the form of MLflow's errors."""
    return JSONResponse({"error_code": error.error_code, "message": error.message}, error.status, _headers(error))


def v2_error(error: RequestError) -> Response:
    """Return the response to a request that is refused, in the form of the Open Inference Protocol."""
    return JSONResponse({"error": error.message}, error.status, _headers(error))


def _headers(error: RequestError) -> dict[str, str] | None:
    return {"Retry-After": str(error.retry_after)} if error.retry_after else None


async def _discard(stream: AsyncGenerator[bytes, None], most: int) -> None:
    async def discard() -> None:
        size = 0
        async for chunk in stream:
            size += len(chunk)
            if size >= most:
                return

    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(discard(), _SECONDS_TO_DISCARD)
