"""Log the model after training: from the last node to the end of the run, and the bytes that it takes."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from typing import TYPE_CHECKING, Any

from projects import size_of
from rounds import rotated

if TYPE_CHECKING:
    from pathlib import Path

    from projects import BenchmarkProject, Workshop

LOGGERS = {
    "kedro_bind": ("kedro_bind", "nodes_2"),
    "kedro_bind_not_row_wise": ("kedro_bind", "nodes_2_not_row_wise"),
    "kedro_bind_unverified": ("kedro_bind", "nodes_2_unverified"),
    "kedro_mlflow": ("kedro_mlflow", "nodes_2"),
}


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure a `kedro run` of each in turn, and two copies and two digests of the artifact beside them."""
    series = []
    for kind in ("small", "forest", "ballast"):
        rounds: list[dict[str, Any]] = []
        for turn in range(workshop.scale.log_repeats + 1):
            measured: dict[str, Any] = {
                name: _log(workshop.project(kind, LOGGERS[name][0]), LOGGERS[name][1])
                for name in rotated(LOGGERS, turn)
            }
            artifact = workshop.project(kind, "kedro_bind").path / "data" / "model.pkl"
            measured["copies_and_digests"] = _copy_and_read_twice(artifact, workshop.folder)
            rounds.append(measured)
        series.append({"kind": kind, "artifact_bytes": artifact.stat().st_size, "rounds": rounds[1:]})
    return {"series": series}


def _log(project: BenchmarkProject, pipeline: str) -> dict[str, float]:
    told = project.path / "stopwatch.json"
    before = size_of(project.artifacts)
    model = project.run(pipeline, BENCHMARK_STOPWATCH=str(told))
    stored = size_of(project.artifacts) - before
    shutil.rmtree(model)  # a gigabyte each time
    return {**json.loads(told.read_text(encoding="utf-8")), "stored_bytes": stored}


def _copy_and_read_twice(source: Path, folder: Path) -> dict[str, float]:
    """Copy into the model's folder, and from there into the store; compute the sha256 of both."""
    first, second = folder / "first.pkl", folder / "second.pkl"
    began = time.perf_counter()
    for origin, copy in ((source, first), (first, second)):
        shutil.copyfile(origin, copy)
        with copy.open("rb") as file:
            hashlib.file_digest(file, "sha256")
    seconds = time.perf_counter() - began
    first.unlink()
    second.unlink()
    return {"seconds": seconds}
