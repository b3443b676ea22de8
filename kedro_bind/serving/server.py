"""The process that serves: models of the same code in it or its workers, all others in processes behind it.

It is a process of its own, since in that of a Kedro command the project's modules would take the place of those that
are in the model.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from kedro_bind.errors import KedroBindError
from kedro_bind.process.stdout import answer, shown
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.render.made_up import invitation
from kedro_bind.serving.sources import grouped_by_code, locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import NoReturn

    from kedro_bind.serving.options import ServerOptions
    from kedro_bind.serving.summaries import ModelSummary

__all__ = ["become_server", "run_server"]


def become_server(options: ServerOptions, environment: Mapping[str, str]) -> NoReturn:
    """Replace this process by one that serves."""
    command = [sys.executable, "-m", "kedro_bind.serving", options.to_json()]
    with shown():
        sys.stdout.flush()
        if os.name == "nt":  # where the caller would not wait for what replaces a process
            sys.exit(subprocess.call(command, env=dict(environment)))  # noqa: S603 - our own command
        os.execve(sys.executable, command, dict(environment))  # noqa: S606 - our own command


def run_server(options: ServerOptions) -> None:
    """Serve until a signal; requests under way are finished.

    Models that bring different code, and those whose alias is followed, are in backends of their own.

    Raises:
        KedroBindError: a model can't be loaded or does not predict its example, or the port is taken.
    """
    _allow_many_connections()
    listening = _bound(options.host, options.port)
    click.echo(f"loading {', '.join(options.uris)}", err=True)
    sources = tuple(map(locate, options.uris))
    behind = options.reload is not None or len(grouped_by_code(sources)) > 1
    if os.name == "nt" and (behind or options.workers > 1):
        raise KedroBindError(
            "on Windows, models that bring different code, '--reload' and '--workers' are not supported"
            "; start one server per model, without these options"
        )
    address = f"http://{options.host}:{listening.getsockname()[1]}"
    with ExitStack() as stack:
        if behind or options.workers > 1:
            stack.enter_context(_shared_metrics())
        if behind:
            from kedro_bind.serving.front import run_front

            run_front(options, sources, listening, lambda served: _announce(served, address))
        else:
            from kedro_bind.serving.model_server import ModelServer

            here = replace(options, sources=sources)
            ModelServer(here, listening).run(lambda served: _announce(served, address))


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Have all processes write their metrics into one folder; before prometheus_client is imported."""
    name, process = "PROMETHEUS_MULTIPROC_DIR", os.getpid()
    if os.environ.get(name):
        yield
        return
    folder = TemporaryFolder("metrics")
    os.environ[name] = str(folder.path)
    try:
        yield
    finally:
        if os.getpid() == process:  # a worker that ends leaves the folder to the others
            folder.cleanup()


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket that has the address, before models are loaded: that may take long."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise KedroBindError(
            f"{host}:{port} can't be used ({error.strerror or error}); choose another '--host' or '--port'"
        ) from error
    return listening


def _allow_many_connections() -> None:
    """Allow as many open files as this user may have: each connection is one, and the default is often 1,024."""
    if os.name == "nt":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS refuses an unlimited number
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _announce(served: Sequence[tuple[str, ModelSummary]], address: str) -> None:
    for uri, summary in served:
        version = f", version {summary.version}" if summary.version else ""
        answer(f"serving {uri} as '{summary.name}'{version}")
    answer(f"listening on {address}, with a page to try it at {address}/ and its description at {address}/docs")
    answer(invitation(served[0][1].example, address))
