"""Servers of one row-wise pipeline side by side, one row a request: ours, MLflow's, and three others."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING, Any

from processes import clean_environment, group
from rounds import rotated
from servers import ModelServerProcess, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from projects import Workshop

CONNECTIONS = (1, 16, 64)
ROW = {"age": 31.0, "income": 42_000.0, "visits": 3.0, "spend": 12.5, "region": "north"}
_RECORDS = {"dataframe_records": [ROW]}


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure: all servers are alive, one at a time has the load; several rounds, another one first in each."""
    project = workshop.batched_project()
    series = []
    for binding in ("independent", "ranked"):
        with contextlib.ExitStack() as stack:
            servers = stack.enter_context(_servers(workshop, project, binding))
            _compare(servers)
            for connections in CONNECTIONS if binding == "independent" else (16,):
                rounds = [
                    {
                        server.name: server.press(connections, workshop.scale.serve_seconds)
                        for server in rotated(servers, turn)
                    }
                    for turn in range(workshop.scale.batching_rounds)
                ]
                series.append({"binding": binding, "connections": connections, "rounds": rounds})
    return {"series": series}


@contextlib.contextmanager
def _servers(workshop: Workshop, project: Path, binding: str) -> Iterator[list[ModelServerProcess]]:
    """Start the servers of a model, wait until all respond, stop them at the end."""
    python = workshop.environments["servers"].python
    store = f"sqlite:///{project}/mlflow.db"
    model = workshop.newest_model(project, binding)
    ours = [python, "-m", "kedro_bind", "serve", model]
    commands: dict[str, tuple[list[str | Path], Any]] = {
        "mlflow": ([python, "-m", "mlflow", "models", "serve", "--env-manager=local", "-m", model], _RECORDS),
        "kedro_bind": (ours, _RECORDS),
    }
    if binding == "independent":
        written = [python, "-m", "uvicorn", "hand_written:app", "--log-level=warning"]
        commands["kedro_bind"] = ([*ours, "--no-batch"], _RECORDS)
        commands |= {
            "kedro_bind --batch": (ours, _RECORDS),
            "kedro_bind --batch --reload": ([*ours, "--reload=1000"], _RECORDS),
            "hand_written": (written, _RECORDS),
            "hand_written_again": (written, _RECORDS),
            "litserve": ([python, "peers/with_litserve.py"], _RECORDS),
            "bentoml": ([python, "-m", "bentoml", "serve", "peers.with_bentoml:Independent"], {"rows": [ROW]}),
        }
    with contextlib.ExitStack() as stack:
        servers = []
        for name, (command, body) in commands.items():
            port = free_port()
            log = workshop.folder / f"server_{name.replace(' ', '_')}.log"
            place = [str(port)] if name == "litserve" else ["--host=127.0.0.1", f"--port={port}"]
            environment = clean_environment(
                PYTHONPATH=f"{project / 'src'}:{project / 'peers'}",
                MLFLOW_TRACKING_URI=store,
                PATH=f"{python.parent}:/usr/bin:/bin",
                BENTOML_DO_NOT_TRACK="true",
            )
            process = stack.enter_context(
                group(
                    [*command, *place],
                    cwd=project,
                    environment=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=stack.enter_context(log.open("w", encoding="utf-8")),
                    stderr=subprocess.STDOUT,
                )
            )
            servers.append(ModelServerProcess(name, process, port, log, body))
        for server in servers:
            server.wait()
            server.press(1, workshop.scale.serve_seconds)  # warms up
        yield servers


def _compare(servers: Sequence[ModelServerProcess]) -> None:
    """Compare the predictions of all servers."""
    predictions = {server.name: server.ask() for server in servers}
    values = {name: float(str(found).rpartition(":")[2].strip(" }]")) for name, found in predictions.items()}
    first = next(iter(values.values()))
    if any(abs(value - first) > 1e-9 for value in values.values()):
        raise ValueError(f"the servers do not predict the same: {predictions}")
