"""Predict one row through pyfunc, for several numbers of nodes, with a small model and a large one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import variants
from driver import check_answers, in_turn, workers
from processes import run as run_command
from projects import INSIDE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from driver import Worker
    from projects import Workshop
    from scale import Scale


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure, all variants in turn, several times with processes of their own."""
    series = []
    for kind, lengths in workshop.scale.lengths.items():
        for length in lengths:
            chosen = variants.of_model(length, kind)
            rounds = []
            for _ in range(workshop.scale.generations):
                with workers(workshop, chosen, kind, length) as started:
                    check_answers(started)
                    rounds += _rounds(started, workshop.scale)
            pairs = [pair for _ in range(workshop.scale.generations) for pair in _pairs(workshop, kind, length)]
            series.append({"kind": kind, "nodes": length, "unit": "ns", "rounds": rounds, "pairs": pairs})
    return {"series": series}


def _rounds(started: Sequence[Worker], scale: Scale) -> list[dict[str, Any]]:
    batch = {"do": "predict", "count": scale.predictions, "seconds": scale.batch_seconds, "size": 1}
    for worker in started:
        worker.ask(**batch)  # warms up
    return [
        {worker.variant.name: worker.ask(**batch) for worker in in_turn(started, turn, scale.slow_every)}
        for turn in range(scale.rounds)
    ]


def _pairs(workshop: Workshop, kind: str, length: int) -> list[dict[str, float]]:
    """Measure kedro_bind and the base in one process: the closest comparison, free of what processes differ in."""
    chosen = (variants.HAND_WRITTEN, variants.KEDRO_BIND)
    models = [workshop.model(variant, kind, length) for variant in chosen]
    rows = workshop.project(kind, "kedro_bind").rows
    numbers = (str(workshop.scale.rounds), str(workshop.scale.predictions))
    command: list[str | Path] = [workshop.python(variants.KEDRO_BIND), INSIDE / "pair.py", *models, rows, *numbers]
    told = run_command(command, cwd=workshop.folder, environment=variants.KEDRO_BIND.process_environment())
    return [dict(zip((variant.name for variant in chosen), times, strict=True)) for times in json.loads(told)]
