"""Load a model in a fresh process: the time from the start of Python, and the most memory it held."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import variants
from processes import run as run_command
from projects import INSIDE
from rounds import rotated

if TYPE_CHECKING:
    from projects import Workshop
    from variants import Variant


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure, all variants in turn, a process for each time."""
    series = []
    for kind in ("small", "forest"):
        chosen = variants.of_model(2, kind)
        for variant in chosen:
            _once(workshop, variant, kind)  # the files are in the system's cache from here on
        rounds = [
            {variant.name: _once(workshop, variant, kind) for variant in rotated(chosen, turn)}
            for turn in range(workshop.scale.fresh_repeats)
        ]
        series.append({"kind": kind, "nodes": 2, "rounds": rounds})
    return {"series": series}


def _once(workshop: Workshop, variant: Variant, kind: str) -> dict[str, float]:
    model = workshop.model(variant, kind, 2)
    rows = workshop.project(kind, "kedro_bind").rows
    command = [workshop.python(variant), INSIDE / "fresh.py", model, rows]
    began = time.monotonic()
    told = json.loads(
        run_command(command, cwd=workshop.folder, environment=variant.process_environment()).splitlines()[-1]
    )
    return {
        "total_seconds": told["loaded"] - began,
        "import_seconds": told["imported"] - told["began"],
        "load_seconds": told["loaded"] - told["imported"],
        "first_predict_seconds": told["first_predict_seconds"],
        "loaded_peak_kb": told["loaded_peak_kb"],
        "peak_kb": told["peak_kb"],
    }
