"""Memory of workers that share a large model, at start and after another version has taken over."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from processes import clean_environment, group
from processes import run as run_command
from projects import INSIDE
from servers import ModelServerProcess, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects import Workshop

NUMBERS = (1, 4)
_RECORDS = {"dataframe_records": [{"a": 0.5, "b": -0.25, "c": 1.0, "d": 2.0}]}
_ASKED = 200
"""Requests before memory is read, so that each worker has predicted."""


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure a server of each number of workers; the second version has the same artifact."""
    python = workshop.environments["servers"].python
    folder = workshop.folder / "workers"
    folder.mkdir()
    register = [python, INSIDE / "forest.py", f"sqlite:///{folder}/mlflow.db", str(workshop.scale.trees)]
    made = json.loads(run_command(register, cwd=folder, environment=clean_environment()).splitlines()[-1])
    rounds: list[dict[str, dict[str, int]]] = []
    for _ in range(workshop.scale.worker_rounds):
        measured: dict[str, dict[str, int]] = {}
        for number in NUMBERS:
            run_command([*register[:3], "alias", "1"], cwd=folder, environment=clean_environment())
            with _server(workshop, number) as server:
                _ask(server, number)
                measured[str(number)] = {"start": server.pss_kb()}
            with _server(workshop, number, "--reload=0.5") as server:
                _ask(server, number)
                run_command([*register[:3], "alias", "2"], cwd=folder, environment=clean_environment())
                _wait_for_version(server, "2")
                _ask(server, number)
                measured[str(number)]["reloaded"] = server.pss_kb()
        rounds.append(measured)
    return {"artifact_bytes": made["bytes"], "rounds": rounds}


def _ask(server: ModelServerProcess, workers: int) -> None:
    with ThreadPoolExecutor(4 * workers) as pool:
        list(pool.map(lambda _: server.ask(), range(_ASKED)))


def _wait_for_version(server: ModelServerProcess, version: str) -> None:
    while f"/{version} in place of" not in server.log():
        time.sleep(0.2)
    time.sleep(2)  # the process of the version before ends meanwhile


@contextlib.contextmanager
def _server(workshop: Workshop, workers: int, *more: str) -> Iterator[ModelServerProcess]:
    python, folder = workshop.environments["servers"].python, workshop.folder / "workers"
    port, log = free_port(), folder / "server.log"
    command = [python, "-m", "kedro_bind", "serve", "models:/forest@champion", f"--workers={workers}", f"--port={port}"]
    environment = clean_environment(MLFLOW_TRACKING_URI=f"sqlite:///{folder}/mlflow.db")
    with (
        log.open("w", encoding="utf-8") as output,
        group(
            [*command, *more],
            cwd=folder,
            environment=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        server = ModelServerProcess("kedro_bind", process, port, log, _RECORDS)
        server.wait()
        yield server
