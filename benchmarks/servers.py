"""Served models: `mlflow models serve` on loopback, one for each variant, all at once."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processes import CommandFailed, clean_environment, group, peak_kb, processor_seconds, pss_kb
from processes import run as run_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from projects import Workshop
    from variants import Variant

_START_SECONDS = 120
_BODY = {"dataframe_split": {"columns": ["a", "b", "c", "d"], "data": [[0.5, -0.25, 1.0, 2.0]]}}


class ModelServerProcess:
    """A served model, and the body of the request that is put to it."""

    def __init__(
        self,
        name: str,
        process: subprocess.Popen[str],
        port: int,
        log: Path,
        body: Any = _BODY,
        variant: Variant | None = None,
    ) -> None:
        self.name, self.port, self.variant = name, port, variant
        self._process, self._log, self._body = process, log, body

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            CommandFailed: it does not.
        """
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                self.ask()
                return
            time.sleep(0.2)
        tail = "\n".join(self._log.read_text(encoding="utf-8").splitlines()[-25:])
        raise CommandFailed(f"the server {self.name} does not respond:\n{tail}")

    def ask(self) -> Any:
        """Return the parsed response to the request."""
        url, body = f"http://127.0.0.1:{self.port}/invocations", json.dumps(self._body).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def press(self, connections: int, seconds: float) -> dict[str, Any]:
        """Put load on it, and give how it went."""
        before = processor_seconds(self._process.pid)
        measured = self._load(connections, seconds)
        spent = processor_seconds(self._process.pid) - before
        return {**measured, "processor_ms": 1e3 * spent / max(1, measured["requests"])}

    def check(self, connections: int, count: int) -> dict[str, Any]:
        """Send requests with parameters of their own, and count the wrong answers."""
        return self._load(connections, 0, "--check", str(count))

    def log(self) -> str:
        """Return what it has written."""
        return self._log.read_text(encoding="utf-8")

    def pss_kb(self) -> int:
        """Return the memory of all its processes now, what several of them share counted once."""
        return pss_kb(self._process.pid)

    def peak_kb(self) -> int:
        """Return the sum of the most memory that each of its processes held so far."""
        return peak_kb(self._process.pid)

    def _load(self, connections: int, seconds: float, *more: str) -> dict[str, Any]:
        body = self._log.with_suffix(".json")
        body.write_text(json.dumps(self._body), encoding="utf-8")
        program = Path(__file__).with_name("load.py")
        command: list[str | Path] = [
            sys.executable,
            program,
            str(self.port),
            str(connections),
            str(seconds),
            body,
            *more,
        ]
        told: dict[str, Any] = json.loads(run_command(command, environment=clean_environment()))
        return told


@contextlib.contextmanager
def serving(workshop: Workshop, variants: Sequence[Variant], kind: str) -> Iterator[list[ModelServerProcess]]:
    """Serve the two-node model of each variant, wait until all answer, stop them at the end."""
    models = [workshop.model(variant, kind, 2) for variant in variants]
    with contextlib.ExitStack() as stack:
        servers = []
        for variant, model in zip(variants, models, strict=True):
            python, port = workshop.python(variant), free_port()
            command: list[str | Path] = [python, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
            log = stack.enter_context(_log(workshop.folder, variant).open("w", encoding="utf-8"))
            environment = variant.process_environment()
            process = stack.enter_context(
                group(
                    [*command, "-m", model, "-h", "127.0.0.1", "-p", str(port)],
                    cwd=workshop.folder,
                    environment={**environment, "PATH": f"{python.parent}:{environment.get('PATH', '')}"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            )
            servers.append(
                ModelServerProcess(variant.name, process, port, _log(workshop.folder, variant), variant=variant)
            )
        for server in servers:
            server.wait()
        yield servers


def _log(folder: Path, variant: Variant) -> Path:
    return folder / f"server_{variant.name}.log"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
