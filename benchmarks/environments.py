"""Virtual environments side by side, alike in everything but the package that is measured."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processes import run

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
FOLDER = HERE / ".envs"
NAMES = ("kedro_mlflow", "kedro_bind", "plain", "servers")
COMMON = ("kedro", "mlflow", "kedro-datasets[pickle-pickledataset]", "pandas", "scikit-learn")
SERVERS = ("bentoml", "fastapi", "litserve")
VERSIONS_OF = (
    "kedro-bind",
    "kedro-mlflow",
    *COMMON[:2],
    "kedro-datasets",
    "pandas",
    "numpy",
    "scikit-learn",
    "pyspark",
    *SERVERS,
)
_SOURCES = ("kedro_bind", "conf_schema", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@dataclass(frozen=True)
class Environment:
    """A Python with one of the packages installed."""

    name: str
    python: Path

    def versions(self) -> dict[str, str]:
        """Return the versions that matter, and Python's."""
        program = (
            "import importlib.metadata as m, json, platform, sys\n"
            "found = {'python': platform.python_version()}\n"
            "for name in sys.argv[1:]:\n"
            "    try: found[name] = m.version(name)\n"
            "    except m.PackageNotFoundError: pass\n"
            "print(json.dumps(found))"
        )
        versions: dict[str, str] = json.loads(run([self.python, "-c", program, *VERSIONS_OF]))
        return versions


def set_up(given: dict[str, Path], names: Iterable[str] = NAMES) -> dict[str, Environment]:
    """Make the environments that are not given; those that exist are used again, with this project anew."""
    environments = {}
    for name in NAMES:
        if name in names or (name == "kedro_mlflow" and name not in given and set(names) - set(given)):
            python = given.get(name) or _made(name)
            environments[name] = Environment(name, python)
    return environments


def _made(name: str) -> Path:
    """Make one environment: kedro-mlflow's decides the versions of what all have in common."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    constraints = FOLDER / "constraints.txt"
    complete = folder / "complete"
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder])
        own = ["kedro-mlflow"] if name == "kedro_mlflow" else ["-c", str(constraints)]
        _pip(python, "install", "-q", *COMMON, *own)
        if name == "kedro_mlflow":
            constraints.write_text(_pip(python, "freeze", "--exclude", "kedro-mlflow"), encoding="utf-8")
        if name == "servers":  # without the constraints, which BentoML does not go with
            _pip(python, "install", "-q", *SERVERS)
        complete.touch()
    if name in ("kedro_bind", "servers"):
        extra = "[serve,spark]" if name == "servers" else ""
        with tempfile.TemporaryDirectory() as copy:  # a build in the repository would leave its traces there
            for part in _SOURCES:
                source = REPOSITORY / part
                (shutil.copytree if source.is_dir() else shutil.copy2)(source, Path(copy, part))
            _pip(python, "install", "-q", *([] if extra else ["-c", str(constraints)]), f"{copy}{extra}")
            _pip(python, "install", "-q", "--no-deps", "--force-reinstall", copy)
    return python


def _pip(python: Path, *arguments: str) -> str:
    return run([python, "-m", "pip", *arguments], timeout=3600)
