"""A standalone cluster of Spark on this machine: a master and two workers, each a process group of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.kedro_project import clean_environment
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPLOY = "org.apache.spark.deploy"


@dataclass(frozen=True)
class Cluster:
    """Where the master is, and the processes of the workers."""

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]

    def kill_worker(self) -> None:
        """Kill a worker and its executor; their Python processes end when their pipe closes."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)


@contextmanager
def spark_cluster(folder: Path) -> Iterator[Cluster]:
    """Run a cluster until the end of the block, with a core for each worker; its logs are in `folder`."""
    port, page = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as ends:
        ends.enter_context(_daemon(folder, "master.Master", "--port", str(port), "--webui-port", str(page)))
        _wait(page, folder, lambda state: state["status"] == "ALIVE")
        workers = tuple(
            ends.enter_context(
                _daemon(
                    folder / f"worker_{number}",
                    "worker.Worker",
                    *("--port", str(free_port()), "--webui-port", str(free_port())),
                    *("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"worker_{number}"), master),
                )
            )
            for number in range(2)
        )
        _wait(page, folder, lambda state: len(state["workers"]) == len(workers))
        yield Cluster(master, workers)


@contextmanager
def _daemon(folder: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    import pyspark

    home = Path(pyspark.__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "daemon.log").open("w") as log:
        process = subprocess.Popen(
            [home / "bin/spark-class", f"{_DEPLOY}.{name}", "--host", "127.0.0.1", *arguments],
            cwd=folder,
            env=clean_environment(SPARK_HOME=str(home), SPARK_LOCAL_IP="127.0.0.1"),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(page: int, folder: Path, is_ready: Any) -> None:
    """Wait until the master says on its page that it is ready."""
    for _ in range(300):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            if is_ready(json.load(answer)):
                return
        time.sleep(0.2)
    raise AssertionError("\n".join(log.read_text() for log in folder.rglob("daemon.log")))
