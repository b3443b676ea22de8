"""Start `kedro` commands in a project that binds nothing, with and without a plugin installed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from processes import clean_environment
from processes import run as run_command
from rounds import rotated

if TYPE_CHECKING:
    from projects import Workshop

COMMANDS = {"kedro --version": ["--version"], "kedro registry list": ["registry", "list"]}


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure each command in each environment in turn."""
    project = workshop.project("small", "plain").path
    pythons = {name: environment.python for name, environment in workshop.environments.items()}
    series = []
    for label, arguments in COMMANDS.items():
        rounds = []
        for turn in range(workshop.scale.startup_repeats + 1):
            times = {}
            for name in rotated(pythons, turn):
                began = time.perf_counter()
                run_command([pythons[name], "-m", "kedro", *arguments], cwd=project, environment=clean_environment())
                times[name] = time.perf_counter() - began
            rounds.append(times)
        series.append({"command": label, "unit": "s", "rounds": rounds[1:]})
    return {"series": series}
