"""A backend: the process that serves models of the same code, behind the one that callers reach."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from kedro_bind.errors import KedroBindError
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.redaction import get_logger
from kedro_bind.serving.forwarding import Connections
from kedro_bind.serving.summaries import ModelSummary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro_bind.serving.forwarding import BackendResponse
    from kedro_bind.serving.options import ServerOptions
    from kedro_bind.serving.sources import ModelSource

__all__ = ["Backend", "run_backend"]

logger = get_logger(__name__)

_FOREVER = 10**6
"""Seconds after which a backend closes an idle connection: never, since a request may be on its way to it."""


class Backend:
    """A process that serves some models on a Unix socket, from `start` to `retire`.

    The socket is this process's, so if the backend dies, requests wait in its queue until the next one is ready.
    """

    def __init__(self, options: ServerOptions, sources: tuple[ModelSource, ...]) -> None:
        self.sources = sources
        self.summaries: list[ModelSummary] = []
        self._options = options.for_backend(sources)
        self._folder = TemporaryFolder("backend")
        path = str(self._folder.path / "s")
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen(2048)
        self._connections = Connections(path)
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._in_progress = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Start the process, and wait until each model has predicted its example.

        Raises:
            KedroBindError: the process ends before that.
        """
        try:
            self.summaries = await self._ready()
        except BaseException:
            await self.retire()
            raise
        self._watch = asyncio.create_task(self._keep_alive())

    async def request(
        self, method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b""
    ) -> BackendResponse:
        """Return the backend's response.

        Raises:
            OSError: the backend has died, and could not be started again.
        """
        self._in_progress += 1
        self._idle.clear()
        try:
            return await self._connections.request(method, target, headers, body)
        finally:
            self._in_progress -= 1
            if not self._in_progress:
                self._idle.set()

    async def retire(self) -> None:
        """End the process once it has responded to the requests that it has; it gets no others."""
        await self._idle.wait()
        if self._watch is not None:
            self._watch.cancel()
        self._connections.close()
        self._listening.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
            self._forget()
        self._folder.cleanup()

    async def _ready(self) -> list[ModelSummary]:
        """Start a process, and return what it says about its models once it is ready."""
        descriptor = self._listening.fileno()
        command = [sys.executable, "-m", "kedro_bind.serving", self._options.to_json(), str(descriptor)]
        process = self._process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=[descriptor],
            start_new_session=True,  # Ctrl-C is for the process in front alone
        )
        ended = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self._connections.request("GET", b"/models"))
        try:
            await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
            if asked.done() and not asked.exception():
                return [ModelSummary(**summary) for summary in json.loads(asked.result().body)]
        finally:
            asked.cancel()
            ended.cancel()
        names = ", ".join(source.uri for source in self.sources)
        raise KedroBindError(f"the process that serves {names} ended with exit code {process.returncode}; see above")

    async def _keep_alive(self) -> None:
        """Start a new process if the process ends by itself."""
        names = ", ".join(source.uri for source in self.sources)
        while self._process is not None:
            await self._process.wait()
            self._forget()
            logger.warning("kedro_bind: the process that serves %s has ended; starting a new one", names)
            try:
                await self._ready()
            except (KedroBindError, OSError):
                logger.exception("kedro_bind: %s can't be served any more", names)
                self._listening.close()  # requests fail at once, rather than wait for nobody
                return

    def _forget(self) -> None:
        """Remove from the metrics what a process that has ended has in progress."""
        from prometheus_client.multiprocess import mark_process_dead

        if self._process is not None and os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            mark_process_dead(self._process.pid)  # type: ignore[no-untyped-call]  # so in prometheus_client


def run_backend(options: ServerOptions, descriptor: int) -> None:
    """Be a backend, on the socket with this descriptor, until SIGTERM or the end of the process in front.

    Raises:
        KedroBindError: a model can't be loaded, or does not predict its example.
    """
    from kedro_bind.serving.model_server import ModelServer, end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    ModelServer(options, socket.socket(fileno=descriptor)).run(keep_alive=_FOREVER)
