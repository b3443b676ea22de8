"""Predict a folder of Parquet: `kedro bind predict` beside a loop by hand that calls the same functions."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

from processes import CommandFailed, clean_environment, group, peak_kb
from processes import run as run_command
from projects import INSIDE
from rounds import rotated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from projects import Workshop

_POLL_SECONDS = 0.1


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure whole processes, all in turn, with a small and with a large table."""
    python, project = workshop.environments["servers"].python, workshop.batched_project()
    ours = [python, "-m", "kedro_bind", "predict", workshop.newest_model(project, "independent")]
    commands: dict[str, tuple[list[str | Path], list[str | Path]]] = {
        "hand_written": ([python, INSIDE / "score_by_hand.py"], []),
        "kedro_bind": (ours, []),
        "kedro_bind, 2 workers": (ours, ["--workers=2"]),
    }
    tables = {rows: _table(workshop, project, rows) for rows in workshop.scale.scoring_rows}
    rounds = []
    for turn in range(workshop.scale.scoring_rounds):
        measured: dict[str, Any] = {}
        for name in rotated(commands, turn):
            before, after = commands[name]
            measured[name] = {
                str(rows): _measure([*before, table, project / "scores", *after], project)
                for rows, table in tables.items()
            }
        rounds.append(measured)
    return {"rows": list(tables), "rounds": rounds}


def _table(workshop: Workshop, project: Path, rows: int) -> Path:
    folder = workshop.folder / f"rows_{rows}"
    python = workshop.environments["servers"].python
    run_command([python, INSIDE / "parquet_table.py", project / "data" / "customers.pkl", folder, str(rows)])
    return folder


def _measure(command: Sequence[str | Path], project: Path) -> dict[str, float]:
    """Return the seconds of a command, and the sum of the peaks of its processes."""
    environment = clean_environment(PYTHONPATH=str(project / "src"))
    peak = 0
    began = time.perf_counter()
    log = project / "predict.log"
    with (
        log.open("w", encoding="utf-8") as output,
        group(command, cwd=project, environment=environment, stdout=output, stderr=output) as process,
    ):
        while process.poll() is None:
            peak = max(peak, peak_kb(process.pid))
            try:
                process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        seconds = time.perf_counter() - began
        if process.returncode != 0:
            raise CommandFailed(f"{' '.join(map(str, command))}\n{log.read_text(encoding='utf-8')[-2000:]}")
    shutil.rmtree(project / "scores")
    return {"seconds": seconds, "peak_kb": peak}
