"""The Kedro project that a model comes from: its folder, its package, its state in git."""

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
    *(f":(exclude){each}" for each in (f"{DATABASE}*", FILES)),
)
"""Our own store is no change of the project; `.gitignore` of a new Kedro project does not have it."""


class GitQuery:
    """Asks git for the state of a project; training goes on meanwhile."""

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
        commit = next((each.split()[2] for each in lines if each.startswith("# branch.oid ")), "(initial)")
        if commit != "(initial)":
            self._state = {"commit": commit, "dirty": any(not each.startswith("#") for each in lines)}


@dataclass(frozen=True)
class Origin:
    """Where a model is trained: the project's folder and package, the Kedro environment, what was run.

    `options` are those of a command line that lead to the same configuration.
    """

    project_path: Path
    package: str | None = None
    env: str = ""
    pipeline_names: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def experiment(self) -> str:
        """The name of the MLflow experiment: the package's."""
        return self.package or self.project_path.name

    @cached_property
    def git(self) -> GitQuery:
        """What git says of the project: asked once for a run, from when this is first looked at."""
        return GitQuery(self.project_path)


def origin_of(context: KedroContext, pipeline_names: Iterable[str]) -> Origin:
    """Give the origin of a run in a Kedro context."""
    env = str(context.env or getattr(context.config_loader, "default_run_env", ""))
    # The package's name is in no public attribute of a context.
    return Origin(context.project_path, context._package_name, env, tuple(pipeline_names), _options(context))


def _options(context: KedroContext) -> tuple[str, ...]:
    from kedro.framework.project import settings

    options = [f"--env={context.env}"] if context.env else []
    source = getattr(context.config_loader, "conf_source", None)
    if source and Path(source) != context.project_path / str(settings.CONF_SOURCE):
        options.append(f"--conf-source={source}")
    given = getattr(context.config_loader, "runtime_params", None)
    if given:
        options.append(params_option(given))
    return tuple(options)


def params_option(parameters: Mapping[str, Any]) -> str:
    """Return the option of `kedro run` that gives these parameters; those that are named as credentials are masked."""
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
