"""Workers: processes that are forked once the models are loaded, so that they share the memory of the artifacts.

gunicorn forks them, starts new ones for those that die, and stops them on SIGTERM. The parent never predicts: OpenMP
runtimes, such as that of scikit-learn's HistGradientBoosting, hang in a process that was forked after they were used.
Where a library does not survive a fork once a model is loaded, each worker loads the models instead.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import uvicorn

    from kedro_bind.serving.options import ServerOptions

__all__ = ["serve_with_workers"]

_SECONDS_TO_END = 5
"""What a worker gets beyond the time limit of a request to end by itself."""


def serve_with_workers(
    make_server: Callable[[], uvicorn.Server],
    listening: socket.socket,
    options: ServerOptions,
    announce: Callable[[], None],
) -> None:
    """Fork workers that serve on a socket, until a signal.

    `make_server` is called in each worker, and `announce` in the first one once its server is made.
    """
    gc.collect()
    gc.freeze()  # a collection would write to the memory of all objects, and so copy it into each worker
    _Application(make_server, listening, options, announce).run()


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """What gunicorn runs: `wsgi` is what makes a server in a worker."""

    def __init__(
        self,
        make_server: Callable[[], uvicorn.Server],
        listening: socket.socket,
        options: ServerOptions,
        announce: Callable[[], None],
    ) -> None:
        self.make_server, self.listening, self.announce = make_server, listening, announce
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        options = self._options
        settings = {
            "bind": f"fd://{os.dup(self.listening.fileno())}",  # gunicorn closes the one that it gets
            "workers": options.workers,
            "worker_class": f"{__name__}.{_Worker.__name__}",  # gunicorn 21 takes no class
            "preload_app": True,
            "timeout": 0,  # a request has a time limit of its own
            "graceful_timeout": int(options.limits.seconds) + _SECONDS_TO_END,
            "loglevel": "info" if options.verbose else "warning",
            "child_exit": _forget,
            "control_socket_disable": True,  # in gunicorn 25 and later
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self.make_server


class _Worker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """A process that runs a server of uvicorn."""

    def init_signals(self) -> None:
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_DFL)

    def load_wsgi(self) -> None:
        """Make the server, for which the models predict their examples; what fails here ends all of it."""
        try:
            self._server: uvicorn.Server = self.app.make_server()
        except KedroBindError as error:
            if self.age == 1:  # the others fail for the same reason
                error.show()
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def run(self) -> None:
        server = self._server
        signal.signal(signal.SIGQUIT, lambda *_: setattr(server, "should_exit", True))
        server.config.callback_notify = self._end_with_parent
        server.config.timeout_notify = 1
        if self.age == 1:
            self.app.announce()
        server.run(sockets=[self.app.listening])

    async def _end_with_parent(self) -> None:
        if os.getppid() != self.ppid:
            self._server.should_exit = True


def _forget(_: Any, worker: Any) -> None:
    """Remove from the metrics what a worker that has ended has in progress."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # so in prometheus_client
