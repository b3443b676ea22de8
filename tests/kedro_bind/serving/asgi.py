"""Requests to an ASGI application without a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(app, method, path, body=b"", **headers):
    """Send one request to an application, and return its response."""
    return asyncio.run(respond(app, method, path, body, **headers))


async def respond(app, method, path, body=b"", **headers):
    """Return the response of an application to one request."""
    names = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    messages = []

    sent = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        message = next(sent, None)
        return await asyncio.Event().wait() if message is None else message

    async def send(message):
        messages.append(message)

    await app({**scope, "headers": names, "root_path": "", "http_version": "1.1"}, receive, send)
    start, *parts = messages
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Response(start["status"], found, b"".join(part.get("body", b"") for part in parts))
