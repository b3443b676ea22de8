"""The process that serves: models are loaded and tried, then uvicorn answers until a signal ends it.

It is a process of its own, since in that of a Kedro command the project's modules would take the place of those that
are in the model.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.process.stdout import answer, shown
from kedro_bind.serving.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from kedro_bind.serving.served_model import ServedModel

__all__ = ["ServerOptions", "become_server", "run_server"]


@dataclass(frozen=True)
class ServerOptions:
    """What a server is started with; `uris` are the models, of which the first one is the default."""

    uris: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 5001
    batch: bool = False
    show_example: bool = False
    verbose: bool = False
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> str:
        """Return the options as text, for the arguments of a process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ServerOptions:
        """Read the text that `to_json` has returned."""
        values = json.loads(text)
        return cls(**{**values, "uris": tuple(values["uris"]), "limits": Limits(**values["limits"])})


def become_server(options: ServerOptions, environment: Mapping[str, str]) -> NoReturn:
    """Replace this process by one that serves."""
    command = [sys.executable, "-m", "kedro_bind.serving", options.to_json()]
    with shown():
        sys.stdout.flush()
        if os.name == "nt":  # there, the caller would not wait for what replaces a process
            sys.exit(subprocess.call(command, env=dict(environment)))  # noqa: S603 - our own command
        os.execve(sys.executable, command, dict(environment))  # noqa: S606 - our own command


def run_server(options: ServerOptions) -> None:
    """Load the models, let each predict its example, and serve until a signal; requests under way are answered.

    Raises:
        KedroBindError: a model can't be loaded or does not predict its example, or the port is taken.
    """
    import uvicorn

    from kedro_bind.serving.app import create_app
    from kedro_bind.serving.served_model import load_served_model

    listening = _bound(options.host, options.port)
    models = [load_served_model(uri) for uri in options.uris]
    _refuse_mixed_code(models)
    for model in models:
        model.predict_example()
    app = create_app(models, batch=options.batch, limits=options.limits, show_example=options.show_example)
    config = uvicorn.Config(app, log_level="info" if options.verbose else "warning", access_log=options.verbose)
    listening.listen(config.backlog)  # from here on, connections wait for the server
    _announce(models, f"http://{options.host}:{listening.getsockname()[1]}")
    uvicorn.Server(config).run(sockets=[listening])


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
    listening.set_inheritable(True)
    return listening


def _refuse_mixed_code(models: Sequence[ServedModel]) -> None:
    """Refuse models that bring different code: modules of one name would mix."""
    codes = [model.plan.code for model in models if model.plan is not None]
    if any(code != codes[0] for code in codes):
        raise KedroBindError("the models bring different code, which would mix in one process; start a server for each")


def _announce(models: Sequence[ServedModel], address: str) -> None:
    from kedro_bind.serving.made_up import example_request

    for model in models:
        version = f", version {model.version}" if model.version else ""
        answer(f"serving {model.uri} as '{model.name}'{version}")
    metadata: Any = models[0].pyfunc.metadata
    body = json.dumps(example_request(metadata.get_input_schema(), metadata.get_params_schema()))
    answer(f"listening on {address}, with a page to try it at {address}/ and its description at {address}/docs")
    answer(f"try: curl -H 'Content-Type: application/json' -d {shlex.quote(body)} {address}/invocations")
