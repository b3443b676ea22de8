"""The files that look like bindings but are not read by Kedro's config loader."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kedro_bind.config.files import SUFFIXES, environment_folder, is_hidden, read_paths, run_environments, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import Diagnostic

__all__ = ["unread_files"]


def unread_files(loader: Any, stem: str, project_path: Path) -> Iterator[Diagnostic]:
    """Find files of a kind that are in the wrong place, have the wrong suffix, or can't be opened.

    It looks in the project's folder, in that of the configuration, and in those of the environments in use. Copies such
    as `pipeline_ml.yml.bak` are ignored: nobody expects them to be read.
    """
    conf = Path(getattr(loader, "conf_source", None) or project_path / "conf")
    found = dict(_unread(loader, stem, project_path, conf))
    for path, (reason, remedy) in sorted(found.items()):
        yield _finding(path, project_path, reason, remedy)


def _unread(loader: Any, stem: str, project_path: Path, conf: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    file_system = getattr(loader, "_fs", None)
    if file_system is None or not hasattr(loader, "config_patterns"):
        reason = f"is not read, since the config loader {type(loader).__name__} is not an OmegaConfigLoader"
        remedy = "make it a subclass of kedro.config.OmegaConfigLoader, or bind the pipelines in Python"
        yield from ((path, (reason, remedy)) for path in _local(conf, "**/*") if _is_of(stem, path, conf.as_posix()))
        return
    base = f"{shown_path(conf.as_posix(), project_path)}/{loader.base_env}"
    for folder in dict.fromkeys((project_path, conf)):
        reason = "is not in the folder of an environment, so Kedro does not read it"
        yield from ((path, (reason, f"move it to {base}")) for path in _local(folder, "*") if _is_of(stem, path))
    read = {path for _, path in read_paths(loader, stem)}
    for env in run_environments(loader):
        folder_of_env = environment_folder(loader, env)
        inside = file_system.glob(f"{folder_of_env}/**") if file_system.isdir(folder_of_env) else ()
        for path in inside:
            meant = _is_of(stem, path, folder_of_env) and path not in read and not is_hidden(path, folder_of_env)
            if meant and not file_system.isdir(path):
                yield path, _why_unread(file_system, stem, path)


def _why_unread(file_system: Any, stem: str, path: str) -> tuple[str, str]:
    """Return why the loader ignores a file below the folder of an environment, and what to do."""
    name = PurePosixPath(path)
    if not file_system.isfile(path):
        return "is a link to a file that does not exist", "create that file, or change the link"
    if name.suffix not in SUFFIXES:
        return f"ends in '{name.suffix}', which Kedro does not read", f"rename it to '{name.stem}{name.suffix.lower()}'"
    if name.name.startswith(stem):
        reason = f"does not match the patterns for '{stem}' in the project's 'config_patterns'"
        return reason, "rename it, or add a pattern to CONFIG_LOADER_ARGS in settings.py"
    return f"is not read, since its name does not begin with '{stem}'", f"rename it to '{stem}{name.suffix}'"


def _is_of(stem: str, path: str, folder: str = "") -> bool:
    """Return whether a file looks like one of a kind: `Pipeline-ML.YML` does, and so does `pipeline_ml/churn.YML`."""
    name = PurePosixPath(path)
    parts = name.relative_to(folder).parts if folder and path.startswith(folder) else (name.name,)
    return name.suffix.lower() in SUFFIXES and any(_plain(part).startswith(_plain(stem)) for part in parts)


def _plain(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).lower()


def _local(folder: Path, pattern: str) -> list[str]:
    return [path.as_posix() for path in folder.glob(pattern) if not path.is_dir()]


def _finding(path: str, project_path: Path, reason: str, remedy: str) -> Diagnostic:
    from conf_schema import Diagnostic

    shown = shown_path(path, project_path)
    return Diagnostic("unread-file", f"{PurePosixPath(path).name} {reason}", remedy, file=shown, line=1, column=1)
