"""Find what a model takes from the project's folder: its code, and the files of its environment."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.errors import LoggingError

if TYPE_CHECKING:
    from kedro_bind.binding.resolved import ModelSettings
    from kedro_bind.project import Origin

__all__ = ["OwnCode", "in_project", "own_code"]

_FILE = re.compile(r"^(-r|-c|--requirement|--constraint)[ =]\s*(.+)$")


@dataclass(frozen=True)
class OwnCode:
    """The code that travels with a model, and the parts of the project that its verification must not reach.

    `paths` are the files and folders that travel, `packages` their names. `hidden` are all packages of the project,
    `folders` those that they are imported from.
    """

    paths: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def own_code(model: ModelSettings, origin: Origin) -> OwnCode:
    """Find the code of a project that travels with a model.

    Raises:
        LoggingError: a path of `code_paths` does not exist.
    """
    package = _package_folder(origin.package)
    travelling = _travelling(model.code_paths, package, origin.project_path)
    own = {*travelling, *([package] if package else [])}
    shared = {Path(path).resolve() for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    folders = {str(path.parent) for path in own if path.parent.resolve() not in shared} | {str(origin.project_path)}
    return OwnCode(
        paths=tuple(map(str, travelling)),
        packages=tuple(sorted({path.stem for path in travelling})),
        hidden=tuple(sorted({path.stem for path in own})),
        folders=tuple(sorted(folders)),
    )


def in_project(model: ModelSettings, project_path: Path) -> ModelSettings:
    """Return the settings with absolute paths of requirement files, independent of the working directory."""

    def placed(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_FILE.sub(lambda found: f"{found[1]} {project_path / found[2].strip()}", line) for line in lines)

    return replace(
        model,
        conda_env=str(project_path / model.conda_env) if isinstance(model.conda_env, str) else model.conda_env,
        pip_requirements=None if model.pip_requirements is None else placed(model.pip_requirements),
        extra_pip_requirements=placed(model.extra_pip_requirements),
    )


def _travelling(declared: str | tuple[str, ...], package: Path | None, project_path: Path) -> list[Path]:
    if declared == "none":
        return []
    if declared == "auto":
        return [package] if package else []
    paths = [(project_path / path).resolve() for path in declared]
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise LoggingError(f"'model.code_paths' has paths that do not exist: {', '.join(missing)}; correct them")
    return paths


def _package_folder(package: str | None) -> Path | None:
    spec = importlib.util.find_spec(package) if package else None
    locations = list(spec.submodule_search_locations or ()) if spec else []
    return Path(locations[0]) if locations else None
