"""A clean line to the driver: standard output is kept for answers, what libraries print goes to a log."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO


def claim_output() -> TextIO:
    """Take standard output for answers, and send what anybody else prints to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout.flush()
    return answers


def say(answers: TextIO, answer: Any) -> None:
    """Write one answer as a line."""
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def peak_memory_kb() -> int:
    """Return the most memory that this process ever held (VmHWM)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
