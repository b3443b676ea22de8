"""The body of an HTTP request, no larger than allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro_bind.serving.errors import RequestError

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["read_body"]


async def read_body(request: Request, most: int) -> bytes:
    """Return the body of a request; stop reading once it is larger than `most` bytes.

    Raises:
        RequestError: it is too large.
    """
    refusal = RequestError(413, "BAD_REQUEST", f"the body is larger than {most} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise refusal
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise refusal
        chunks.append(chunk)
    return b"".join(chunks)
