"""A proxy before a tracking server that counts requests, and fails at those that a test names."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["KINDS", "Fault", "FaultyProxy"]

KINDS = ("refused", "cut", "lost", "error")
"""The connection is closed before the request is passed on; in the middle of it; after it, so that the answer is
lost; or the proxy answers with 500 by itself."""


@dataclass(frozen=True)
class Fault:
    """A way of failing, from the request `at` on: for as many requests, or until the proxy is healed."""

    kind: str
    at: int
    times: int | None = None

    def hits(self, index: int) -> bool:
        """Return whether a request fails."""
        return self.at <= index and (self.times is None or index < self.at + self.times)


@dataclass
class FaultyProxy:
    """An HTTP proxy for one server; `requests` are those since `watch`."""

    upstream: str
    requests: list[str] = field(default_factory=list)
    _fault: Fault | None = None
    _watching: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _on_hit: Callable[[], None] | None = None

    @contextmanager
    def listening(self) -> Iterator[FaultyProxy]:
        """Listen on a free port."""
        handler = type("Handler", (_Handler,), {"faulty": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def plan(self, fault: Fault | None, on_hit: Callable[[], None] | None = None) -> None:
        """Fail like this, counting from the next `watch`; do something at each failure."""
        with self._lock:
            self._on_hit = on_hit
            self._fault, self._watching = fault, False
            self.requests.clear()

    def watch(self) -> None:
        """Begin to count, and to fail."""
        self._watching = True

    def heal(self) -> None:
        """Pass on everything."""
        self.plan(None)

    def fault_of(self, request: str) -> str | None:
        """Count a request, and say how it fails, if it does."""
        with self._lock:
            if not self._watching:
                return None
            self.requests.append(request)
            fault = self._fault
            hit = fault is not None and fault.hits(len(self.requests) - 1)
        if hit and self._on_hit is not None:
            self._on_hit()
        return fault.kind if fault is not None and hit else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: two would wait for each other
    disable_nagle_algorithm = True
    faulty: FaultyProxy

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self._hang_up()

    def _pass_on(self) -> None:
        kind = self.faulty.fault_of(f"{self.command} {urlsplit(self.path).path}")
        if kind == "refused":
            self._hang_up()
            return
        body = self._body()
        if kind == "error":
            self._answer(500, [("Content-Type", "text/plain")], b"the disk is full")
            return
        address = urlsplit(self.faulty.upstream)
        if kind == "cut":
            with suppress(OSError):
                self._send_half(address.hostname, address.port, body)
            self._hang_up()
            return
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "transfer-encoding")
            }
            connection.request(self.command, self.path, body, headers | {"Content-Length": str(len(body))})
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return
        finally:
            connection.close()
        if kind == "lost":
            self._hang_up()
            return
        kept = [
            (name, value)
            for name, value in response.getheaders()
            if name.lower() not in ("transfer-encoding", "content-length", "connection")
        ]
        self._answer(response.status, kept, answer)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # any method
            return self._pass_on
        raise AttributeError(name)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send_half(self, host: str | None, port: int | None, body: bytes) -> None:
        headers = {**dict(self.headers.items()), "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if name != "Transfer-Encoding")
        head = f"{self.command} {self.path} HTTP/1.1\r\n{lines}\r\n".encode()
        whole = head + body
        with socket.create_connection((host, port), timeout=60) as upstream:
            upstream.sendall(whole[: (len(head) + len(whole)) // 2 if body else len(head) // 2])

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Log nothing."""
