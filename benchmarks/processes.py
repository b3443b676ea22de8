"""Start processes, and stop them all at the end, whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_STOP_SECONDS = 10


class CommandFailed(RuntimeError):  # noqa: N818 - reads as what happened
    """A command of the benchmark ended otherwise than it should."""


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment of every process: nobody else's store, no telemetry, one thread for each library."""
    others = ("MLFLOW_", "KEDRO_", "PYTHON", "VIRTUAL")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(others)}
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    quiet = {
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONWARNINGS": "ignore",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    return {**kept, **single, **quiet, **more}


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 1800,
) -> str:
    """Run a command to its end and give what it wrote.

    Raises:
        CommandFailed: it ended with another code than 0.
    """
    with group(command, cwd=cwd, environment=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=timeout)
    if process.returncode != 0:
        tail = "\n".join((err or out).strip().splitlines()[-25:])
        raise CommandFailed(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{tail}")
    return out


@contextlib.contextmanager
def group(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **streams: int | IO[Any] | None,
) -> Iterator[subprocess.Popen[str]]:
    """Start a process in a group of its own, and stop the whole group at the end."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment or clean_environment()),
        text=True,
        start_new_session=True,
        **streams,  # type: ignore[call-overload]  # of Popen: the three streams
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process and what it started: first politely, then for sure."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def tree(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    found, todo = [], [root]
    while todo:
        process_id = todo.pop()
        found.append(process_id)
        for children in Path(f"/proc/{process_id}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                todo += [int(child) for child in children.read_text(encoding="utf-8").split()]
    return found


def peak_kb(root: int) -> int:
    """Return the most memory that each process of a tree ever held (VmHWM), summed up."""
    peaks = 0
    for process_id in tree(root):
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8").splitlines()
            peaks += int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    return peaks


def processor_seconds(root: int) -> float:
    """Return the processor time that the processes of a tree have had so far, summed up."""
    ticks = 0
    for process in tree(root):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def pss_kb(root: int) -> int:
    """Return the proportional memory of each process of a tree (Pss), summed up."""
    shares = 0
    for process in tree(root):
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
            shares += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return shares
