"""Check the bindings of a large project, and of the example, against a command that only lists pipelines."""

from __future__ import annotations

import resource
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from environments import REPOSITORY
from processes import clean_environment
from processes import run as run_command
from projects import HERE

if TYPE_CHECKING:
    from projects import Workshop

COMMANDS = {"registry list": ["registry", "list"], "bind check": ["bind", "check"]}
BINDINGS = (100, 200, 300, 1000)
PRODUCTS = 250
"""How many the pipeline of `project/checked` has; with more bindings, several are of one product."""
FILE_LENGTH = 100
"""Bindings in one file: Kedro's config loader takes no file of many more."""


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure both commands in turn, in each project."""
    projects = {str(bindings): _large(workshop.folder, bindings) for bindings in BINDINGS}
    projects["example"] = REPOSITORY / "examples" / "penguins"
    python = workshop.environments["kedro_bind"].python
    rounds: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in projects}
    for turn in range(workshop.scale.check_repeats + 1):
        for name, project in projects.items():
            commands = list(COMMANDS)[:: 1 if turn % 2 else -1]
            rounds[name].append({command: _time(python, COMMANDS[command], project) for command in commands})
    return {"series": [{"project": name, "unit": "s", "rounds": measured[1:]} for name, measured in rounds.items()]}


def _time(python: Path, arguments: list[str], project: Path) -> dict[str, float]:
    """Time a command on the clock, and by what processors spent on it, which other load hardly changes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run_command([python, "-m", "kedro", *arguments], cwd=project, environment=clean_environment())
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": ended - began, "processor": spent}


def _large(folder: Path, bindings: int) -> Path:
    project = folder / f"checked_{bindings}"
    shutil.copytree(HERE / "project" / "checked", project, ignore=shutil.ignore_patterns("__pycache__"))
    documents = project / "conf" / "base" / "pipeline_ml"
    documents.mkdir()
    for first in range(0, bindings, FILE_LENGTH):
        text = "".join(_binding(number) for number in range(first, min(first + FILE_LENGTH, bindings)))
        (documents / f"from_{first}.yml").write_text(text, encoding="utf-8")
    return project


def _binding(number: int) -> str:
    product = number % PRODUCTS
    return (
        f"binding_{number}:\n"
        f"  training: {{tags: training_{product}}}\n"
        f"  inference: {{tags: inference_{product}}}\n"
        "  input_name: table\n"
    )
