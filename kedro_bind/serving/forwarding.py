"""An HTTP client for a backend: connections over a Unix socket that stay open, one request at a time on each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httptools

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BackendResponse", "Connections"]

_NOT_FORWARDED = {b"connection", b"content-length", b"date", b"host", b"keep-alive", b"server", b"transfer-encoding"}
"""Headers that are about one connection; `date` and `server` are written by the server in front."""


@dataclass
class BackendResponse:
    """What a backend responded."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


class Connections:
    """The connections to the socket at `path`. A request that is lost with its connection is sent once more.

    That is safe since predicting changes nothing, and it is what makes the end of a worker go unnoticed.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[_Connection] = []

    async def request(
        self, method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b""
    ) -> BackendResponse:
        """Return the response to a request.

        Raises:
            OSError: the backend can't be reached, or its connection breaks twice.
        """
        lines = [method.encode() + b" " + target + b" HTTP/1.1", b"host: backend"]
        lines += [name + b": " + value for name, value in headers if name.lower() not in _NOT_FORWARDED]
        lines += [b"content-length: " + str(len(body)).encode(), b"", body]
        message = b"\r\n".join(lines)
        try:
            return await self._send(self._idle.pop() if self._idle else await self._open(), message)
        except ConnectionError:
            self.close()  # those that are as old are likely to be broken as well
            return await self._send(await self._open(), message)

    def close(self) -> None:
        """Close the connections that no request uses."""
        while self._idle:
            self._idle.pop().close()

    async def _open(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(_Connection, self._path)
        return connection

    async def _send(self, connection: _Connection, message: bytes) -> BackendResponse:
        try:
            response = await connection.send(message)
        except BaseException:
            connection.close()
            raise
        if connection.is_open:
            self._idle.append(connection)
        return response


class _Connection(asyncio.Protocol):
    """A connection to a backend; its `on_…` methods are called by httptools."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._received: asyncio.Future[BackendResponse] | None = None
        self._start()

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def send(self, message: bytes) -> BackendResponse:
        if not self.is_open:
            raise ConnectionResetError
        self._start()
        self._received = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._received

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _start(self) -> None:
        self._response = BackendResponse()
        self._chunks: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        if self._received is not None and not self._received.done():
            self._received.set_exception(ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() not in _NOT_FORWARDED:
            self._response.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        response = self._response
        response.status, response.body = self._parser.get_status_code(), b"".join(self._chunks)
        if not self._parser.should_keep_alive():
            self.close()
        if self._received is not None and not self._received.done():
            self._received.set_result(response)
