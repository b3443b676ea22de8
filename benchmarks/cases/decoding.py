"""Decode a wide row and enforce the signature on it, as MLflow does and as we do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from processes import clean_environment
from processes import run as run_command
from projects import INSIDE

if TYPE_CHECKING:
    from projects import Workshop


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure both in turn, in one process."""
    python = workshop.environments["servers"].python
    output = run_command([python, INSIDE / "decode.py"], cwd=workshop.folder, environment=clean_environment())
    numbers: dict[str, Any] = json.loads(output.splitlines()[-1])
    return numbers
