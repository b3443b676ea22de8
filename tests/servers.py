"""Servers on free ports of this machine, each in a process group of its own that ends with the test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve_command(*arguments: str) -> list[str]:
    """Return the command that serves models, outside of a project."""
    return [sys.executable, "-m", "kedro_bind", "serve", *arguments]


def listeners(address: str) -> set[int]:
    """Return the processes that listen on the port of an address."""
    port = int(address.rpartition(":")[2])
    inodes = {
        f"socket:[{line.split()[9]}]"
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    }
    return {int(process.name) for process in Path("/proc").glob("[0-9]*") if inodes & set(_open_files(process))}


def _open_files(process: Path) -> list[str]:
    try:
        return [str(file.readlink()) for file in (process / "fd").iterdir()]
    except OSError:  # it has ended
        return []


def ask(url: str, body: Any) -> tuple[int, Any]:
    """Post JSON; give the status and the answer: read from JSON, or the text of an error."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@contextmanager
def serving(
    command: Sequence[str | Path], health: str, folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block, which begins when `health` answers; its log is in `folder`."""
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _wait_for(health, process, log)
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # it died by itself
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1800):  # a machine may be busy; a server that dies ends it at once
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            _pause(process)
    raise AssertionError(log.read_text())


def _pause(process: subprocess.Popen[bytes]) -> None:
    """Return the server a moment; ends at once if it dies."""
    try:
        process.wait(timeout=0.1)
    except subprocess.TimeoutExpired:
        return
