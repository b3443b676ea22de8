"""The Kedro project that a model comes from: its folder, package, configuration options and git state."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.own_store import DATABASE, FILES
from kedro_bind.redaction import redact_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.framework.context import KedroContext

__all__ = ["GitQuery", "Origin", "origin_of", "params_option"]


_STATUS = (
    *("--no-optional-locks", "status", "--porcelain=v2", "--branch", "--", ":/"),
    *(f":(exclude){pattern}" for pattern in (f"{DATABASE}*", FILES)),
)
"""Our own store is not a change of the project, and the `.gitignore` of a new Kedro project does not list it."""


class GitQuery:
    """A query for the git state of a project, which runs while training goes on."""

    def __init__(self, project_path: Path) -> None:
        self._state: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._ask, args=(project_path,), daemon=True)
        self._thread.start()

    @property
    def state(self) -> dict[str, Any]:
        """The commit of the project and whether it has uncommitted changes; empty outside of git."""
        self._thread.join()
        return self._state

    def _ask(self, project_path: Path) -> None:
        try:
            lines = _git(project_path, *_STATUS).splitlines()
        except (OSError, subprocess.SubprocessError):
            return
        commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), "(initial)")
        if commit != "(initial)":
            self._state = {"commit": commit, "dirty": any(not line.startswith("#") for line in lines)}


@dataclass(frozen=True)
class Origin:
    """Where a model is trained: the project's folder and package, the Kedro environment, and the requested pipelines.

    `options` are the command-line options that select the same configuration.
    """

    project_path: Path
    package: str | None = None
    env: str = ""
    pipeline_names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def experiment(self) -> str:
        """The default name of the MLflow experiment, which is that of the package."""
        return self.package or self.project_path.name

    @cached_property
    def git(self) -> GitQuery:
        """The git state of the project: queried once for each run, from the first access on."""
        return GitQuery(self.project_path)


def origin_of(context: KedroContext, pipeline_names: Iterable[str]) -> Origin:
    """Return the origin of a run in a Kedro context."""
    env = str(context.env or getattr(context.config_loader, "default_run_env", ""))
    package = context._package_name  # noqa: SLF001 - a context has no public attribute for it
    return Origin(context.project_path, package, env, tuple(pipeline_names), _options(context))


def _options(context: KedroContext) -> tuple[str, ...]:
    from kedro.framework.project import settings

    options = [f"--env={context.env}"] if context.env else []
    source = getattr(context.config_loader, "conf_source", None)
    if source and Path(source) != context.project_path / str(settings.CONF_SOURCE):
        options.append(f"--conf-source={source}")
    parameters = getattr(context.config_loader, "runtime_params", None)
    if parameters:
        options.append(params_option(parameters))
    return tuple(options)


def params_option(parameters: Mapping[str, Any]) -> str:
    """Return the option of `kedro run` that passes these parameters, with `***` for those named like credentials."""
    return f"--params={','.join(_flat(parameters))}"


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> list[str]:
    pairs: list[str] = []
    for key, value in parameters.items():
        pairs += (
            _flat(value, f"{prefix}{key}.")
            if isinstance(value, dict)
            else [f"{prefix}{key}={redact_value(value, prefix + key)}"]
        )
    return pairs


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.strip()  # noqa: S603 - fixed arguments
