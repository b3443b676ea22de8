"""Predict a table of a million rows in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import variants
from driver import in_turn, workers

if TYPE_CHECKING:
    from projects import Workshop


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure, all variants in turn, a few calls each time."""
    scale = workshop.scale
    batch = {"do": "predict", "count": 3, "seconds": 60.0, "size": scale.table_rows}
    rounds: list[dict[str, float]] = []
    peaks: dict[str, int] = {}
    for _ in range(scale.table_generations):  # how a process has laid out its memory matters here: several of each
        with workers(workshop, variants.of_model(2, "small"), "small", 2) as started:
            for worker in started:
                worker.ask(**batch)
            for turn in range(scale.table_rounds):
                answers = {worker.variant.name: worker.ask(**batch) for worker in in_turn(started, turn, 1)}
                rounds.append({name: answer["wall"] for name, answer in answers.items()})
                peaks |= {name: max(answer["peak_kb"], peaks.get(name, 0)) for name, answer in answers.items()}
    return {"rows": scale.table_rows, "unit": "ns", "rounds": rounds, "peak_kb": peaks}
