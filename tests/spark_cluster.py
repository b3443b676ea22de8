"""A standalone cluster of Spark on this machine: a master and two workers, each a process group of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kedro_project import clean_environment
from tests.servers import free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


SPARK_TESTS = [
    pytest.mark.slow,
    pytest.mark.spark,
    pytest.mark.skipif(
        shutil.which("java") is None or importlib.util.find_spec("pyspark") is None, reason="needs Java and pyspark"
    ),
]
"""The marks of tests that need Spark."""


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
        ends.enter_context(_daemon(folder, page, "master.Master", "--port", str(port)))
        workers = tuple(
            ends.enter_context(
                _daemon(
                    folder / f"worker_{number}",
                    free_port(),
                    "worker.Worker",
                    *("--port", str(free_port()), "--cores", "1", "--memory", "1g", "--work-dir", str(folder), master),
                )
            )
            for number in range(2)
        )
        _wait_for_workers(page, len(workers))
        yield Cluster(master, workers)


def _daemon(folder: Path, page: int, name: str, *arguments: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    import pyspark

    home = Path(pyspark.__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    command = [home / "bin/spark-class", f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1"]
    environment = clean_environment(SPARK_HOME=str(home), SPARK_LOCAL_IP="127.0.0.1")
    health = f"http://127.0.0.1:{page}/json/"
    return serving([*command, "--webui-port", str(page), *arguments], health, folder, environment)


def _wait_for_workers(page: int, count: int) -> None:
    """Wait until the master says on its page that it has so many workers."""
    for _ in range(300):
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            if len(json.load(answer)["workers"]) == count:
                return
        time.sleep(0.2)
    raise AssertionError("the workers do not find the master")
