"""Kedro projects, one for each kind of model and each plugin, and the models that they log."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processes import clean_environment, run

if TYPE_CHECKING:
    from environments import Environment
    from scale import Scale
    from variants import Variant

HERE = Path(__file__).parent
INSIDE = HERE / "inside"


@dataclass(frozen=True)
class BenchmarkProject:
    """A project on disk, with the environment that runs it."""

    path: Path
    kind: str
    environment: Environment

    @property
    def rows(self) -> Path:
        """Some rows to predict."""
        return self.path / "data" / "rows.pkl"

    @property
    def artifacts(self) -> Path:
        """The artifact store."""
        return self.path / "mlartifacts"

    def run(self, pipeline: str, **variables: str) -> Path:
        """Run a bound pipeline, and give the folder of the model that it logged."""
        command: list[str | Path] = [self.environment.python, "-m", "kedro", "run", "--pipeline", pipeline]
        before = self._models()
        run(command, cwd=self.path, environment=clean_environment(**variables))
        return self._new(before)

    def prepare(self, what: str, python: Path, **arguments: Any) -> Path:
        """Log one of the models that are made without a plugin."""
        before = self._models()
        prepare(what, python, project=str(self.path), **arguments)
        return self._new(before)

    def _models(self) -> set[Path]:
        return {path.parent for path in self.artifacts.rglob("MLmodel")}

    def _new(self, before: set[Path]) -> Path:
        (model,) = self._models() - before
        return model


class Workshop:
    """Makes projects and models when they are first asked for, below one folder."""

    def __init__(self, folder: Path, environments: dict[str, Environment], scale: Scale) -> None:
        self.folder, self.environments, self.scale = folder, environments, scale
        self._projects: dict[tuple[str, str], BenchmarkProject] = {}
        self._models: dict[tuple[str, str, int], Path] = {}
        self._is_batched_made = False

    def python(self, variant: Variant) -> Path:
        """Return the interpreter of a variant."""
        return self.environments[variant.environment].python

    def project(self, kind: str, plugin: str) -> BenchmarkProject:
        """Return the project of a plugin (kedro_bind, kedro_mlflow, plain) with a kind of model."""
        key = (kind, plugin)
        if key not in self._projects:
            self._projects[key] = self._make_project(kind, plugin)
        return self._projects[key]

    def model(self, variant: Variant, kind: str, length: int) -> Path:
        """Return the folder of a model; variants of one source share it."""
        key = (variant.source, kind, length)
        if key not in self._models:
            self._models[key] = self._make_model(variant, kind, length)
        return self._models[key]

    def batched_project(self) -> Path:
        """Return the project of five nodes, whose models are logged and whose nodes the peers call."""
        path = self.folder / "batched"
        if not self._is_batched_made:
            shutil.rmtree(path, ignore_errors=True)  # a case may have failed before all models were logged
            shutil.copytree(HERE / "project" / "batched", path, ignore=shutil.ignore_patterns("__pycache__"))
            python = self.environments["servers"].python
            prepare("customers", python, folder=str(path / "data"))
            for binding in ("independent", "ranked"):
                run([python, "-m", "kedro", "run", "--pipelines", binding], cwd=path, environment=clean_environment())
            self._is_batched_made = True
        return path

    def newest_model(self, project: Path, binding: str) -> str:
        """Return the folder of the model of a binding that was logged last in a project with a store of its own."""
        command = [self.environments["servers"].python, INSIDE / "newest.py", f"sqlite:///{project}/mlflow.db", binding]
        return str(json.loads(run(command).splitlines()[-1])["folder"])

    def _make_project(self, kind: str, plugin: str) -> BenchmarkProject:
        shared = self.folder / kind / "data"
        if not shared.exists():
            prepare(
                "data",
                self.environments["kedro_bind"].python,
                folder=str(shared),
                source=str(HERE / "project" / "common" / "src"),
                kind=kind,
                trees=self.scale.trees,
                ballast_mb=self.scale.ballast_mb,
            )
        path = self.folder / kind / plugin
        for part in ("common", plugin):
            shutil.copytree(
                HERE / "project" / part, path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
            )
        for file in path.rglob("mlflow.yml"):
            file.write_text(file.read_text(encoding="utf-8").replace("{project}", str(path)), encoding="utf-8")
        (path / "data").mkdir()
        for file in shared.iterdir():
            os.link(file, path / "data" / file.name)
        project = BenchmarkProject(path, kind, self.environments[plugin])
        prepare("store", project.environment.python, project=str(path))
        return project

    def _make_model(self, variant: Variant, kind: str, length: int) -> Path:
        if variant.source in ("kedro_bind", "kedro_mlflow"):
            return self.project(kind, variant.source).run(f"nodes_{length}")
        from variants import KEDRO_BIND

        like = self.model(KEDRO_BIND, kind, length)
        project, python = self.project(kind, "kedro_bind"), self.python(variant)
        if variant.source == "hand_written":
            return project.prepare("hand_written", python, like=str(like), length=length)
        return project.prepare("sklearn", python, kind=kind)


def prepare(what: str, python: Path, **arguments: Any) -> None:
    """Run a part of `inside/prepare.py`."""
    run([python, INSIDE / "prepare.py", what, json.dumps(arguments)], environment=clean_environment())


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
