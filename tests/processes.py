"""Other processes, seen from a test on Linux."""

from __future__ import annotations

from pathlib import Path

__all__ = ["command_of"]


def command_of(pid: int | str) -> bytes:
    """Return the command line of a process; it is empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
