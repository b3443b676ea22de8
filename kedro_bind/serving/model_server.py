"""Models of the same code behind one socket: in this process, or in workers that are forked from it."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from kedro_bind.serving.served_model import load_served_model
from kedro_bind.serving.sources import locate, survives_fork
from kedro_bind.serving.summaries import summary_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    import uvicorn

    from kedro_bind.serving.options import ServerOptions
    from kedro_bind.serving.served_model import ServedModel
    from kedro_bind.serving.summaries import ModelSummary

__all__ = ["KEEP_ALIVE_SECONDS", "ModelServer", "end_with_parent"]

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than the 60 seconds of common load balancers and clients.

Whoever closes an idle connection first may cross a request that is on its way, which is then lost; that should never
be the server. See "keep-alive timeout" at https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
"""


class ModelServer:
    """Loads the models of its options, and serves them on a socket that is bound already."""

    def __init__(self, options: ServerOptions, listening: socket.socket) -> None:
        self._options = options
        self._listening = listening
        self._sources = options.sources or tuple(map(locate, options.uris))
        self._models: list[ServedModel] = []

    def run(
        self,
        announce: Callable[[Sequence[tuple[str, ModelSummary]]], None] = lambda _: None,
        *,
        keep_alive: int = KEEP_ALIVE_SECONDS,
    ) -> None:
        """Serve until a signal; requests under way are finished. Each process predicts the examples before it is ready.

        `announce` gets the URI and the summary of each model, once the first process is ready.

        Raises:
            KedroBindError: a model can't be loaded, or does not predict its example.
        """
        options = self._options

        def serve() -> uvicorn.Server:
            return self.ready_server(keep_alive)

        if options.workers > 1:
            from kedro_bind.serving.workers import serve_with_workers

            if all(map(survives_fork, self._sources)):
                self._load()  # so that the workers share the memory
            serve_with_workers(serve, self._listening, options, announce=lambda: announce(self._served()))
            return
        server = serve()
        announce(self._served())
        server.run(sockets=[self._listening])

    def _load(self) -> None:
        """Load the models, unless this process or the one that it was forked from has done so."""
        self._models = self._models or [load_served_model(source) for source in self._sources]

    def _served(self) -> list[tuple[str, ModelSummary]]:
        return [(model.uri, summary_of(model)) for model in self._models]

    def ready_server(self, keep_alive: int) -> uvicorn.Server:
        """Load the models, have them predict their examples, and return a server that is ready to run here."""
        import uvicorn

        from kedro_bind.serving.app import create_app

        options = self._options
        self._load()
        for model in self._models:
            model.predict_example()
        app = create_app(self._models, batch=options.batch, limits=options.limits, show_example=options.show_example)
        config = uvicorn.Config(
            app,
            log_level="info" if options.verbose else "warning",
            access_log=options.verbose,
            timeout_keep_alive=keep_alive,
        )
        self._listening.listen(config.backlog)
        return uvicorn.Server(config)


def end_with_parent() -> None:
    """End this process as SIGTERM does when standard input does: the parent has its other end, and has ended."""

    def wait() -> None:
        os.read(0, 1)  # not `sys.stdin`, whose lock the end of the interpreter would wait for
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
