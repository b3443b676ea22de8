"""The project that a model comes from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.model.lineage import GitQuery
from kedro_bind.redaction import redact_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.framework.context import KedroContext

__all__ = ["Origin", "origin_of", "params_option"]


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
