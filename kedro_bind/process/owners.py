"""Identify the process that created something, and determine whether it is gone."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ProcessId", "has_ended", "this_process"]

_FORM = re.compile(r"(?P<machine>\w*)-(?P<boot>\w*)-(?P<namespace>\w*)-(?P<pid>\d+)-(?P<start>\w*)")


@dataclass(frozen=True)
class ProcessId:
    """An unambiguous identification of a process: ids alone recur, on other machines and after a restart.

    `namespace` is the namespace of process ids, of which each container has its own. A field that the system does not
    provide is empty.
    """

    machine: str
    boot: str
    namespace: str
    pid: int
    start: str

    def __str__(self) -> str:
        """Return a text that can be part of a file name, and that `parse` reads."""
        return f"{self.machine}-{self.boot}-{self.namespace}-{self.pid}-{self.start}"

    @classmethod
    def parse(cls, text: str) -> ProcessId | None:
        """Return the process that a text identifies, `None` for any other text."""
        match = _FORM.fullmatch(text)
        if match is None:
            return None
        return cls(match["machine"], match["boot"], match["namespace"], int(match["pid"]), match["start"])


def this_process() -> ProcessId:
    """Return the id of this process."""
    return ProcessId(_machine(), _boot(), _namespace(), os.getpid(), _start_of(os.getpid()) or "")


def has_ended(process: ProcessId) -> bool | None:
    """Return whether a process is gone; `None` if that can't be determined.

    It can't for a process of another machine or container, nor on a system that does not provide start times.
    """
    if process.machine != _machine():
        return None
    if process.boot and _boot() and process.boot != _boot():
        return True if _machine_id() else None  # without that id, two machines may have the same name
    if process.namespace != _namespace() or not process.start or platform.system() == "Windows":
        return None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # it exists, and belongs to another user
    start = _start_of(process.pid)
    return None if start is None else start != process.start


def _start_of(pid: int) -> str | None:
    """Return the start time of a process, in any unit; `None` if it can't be determined.

    It is empty for a process that has ended, but whose parent has not yet waited for it.
    """
    with suppress(OSError):
        # The name of the program, in parentheses, may itself contain spaces and parentheses.
        state, *fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return "" if state in "ZX" else fields[18]
    if platform.system() in ("Linux", "Windows"):
        return None
    with suppress(OSError, subprocess.SubprocessError):
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        output = subprocess.run(  # noqa: S603 - fixed arguments
            command, check=True, capture_output=True, text=True, timeout=10, env={**os.environ, "LC_ALL": "C"}
        )
        return re.sub(r"\W", "", output.stdout)
    return None


def _machine() -> str:
    return hashlib.sha256(f"{platform.node()}\0{_machine_id()}".encode()).hexdigest()[:8]


def _machine_id() -> str:
    return _content("/etc/machine-id")


def _boot() -> str:
    return _content("/proc/sys/kernel/random/boot_id")[:8]


def _namespace() -> str:
    with suppress(OSError):
        return re.sub(r"\D", "", str(Path("/proc/self/ns/pid").readlink()))
    return ""


def _content(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8").strip()
    return ""
