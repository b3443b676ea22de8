"""A real tracking server with proxied artifacts, that a test may kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.kedro_project import clean_environment

__all__ = ["TrackingServer"]


class TrackingServer:
    """An `mlflow server` on sqlite, in a folder of its own."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        folder.mkdir()
        shutil.copy(empty_store, folder / "server.db")
        self.folder = folder
        self.artifacts = folder / "artifacts"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def store(self) -> str:
        """The address of what it stores, for who looks past it."""
        return f"sqlite:///{self.folder}/server.db"

    def start(self) -> TrackingServer:
        """Start it, or start it again, and wait until it answers."""
        command = [sys.executable, "-m", "mlflow", "server", "--host=127.0.0.1", f"--port={self.port}", "--workers=1"]
        command += [f"--backend-store-uri={self.store}", f"--artifacts-destination={self.artifacts}"]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=clean_environment(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false"),  # of no use here, and slow to start
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError((self.folder / "server.log").read_text()[-2000:])
            time.sleep(0.1)
        return self

    def kill(self) -> None:
        """Kill it and its workers, as they are."""
        if self._process.poll() is None or self._group_lives():
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _group_lives(self) -> bool:
        try:
            os.killpg(self._process.pid, 0)
        except OSError:
            return False
        return True

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                return True
        except (OSError, urllib.error.URLError):
            return False
