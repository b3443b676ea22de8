"""The project's `mlflow.yml`, and whether kedro_bind or kedro-mlflow applies it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kedro.framework.project import settings
from omegaconf import OmegaConf

from conf_schema import MlflowConfig, Sources, validate_mlflow
from kedro_bind.config.files import read_files

if TYPE_CHECKING:
    from pathlib import Path

    from kedro.framework.context import KedroContext

    from conf_schema import Diagnostic

__all__ = ["TrackingConfig", "has_kedro_mlflow", "read_tracking_config", "tracking_config_of"]

_KEY = "mlflow"
_resolver_lock = threading.Lock()


@dataclass(frozen=True)
class TrackingConfig:
    """The content of `mlflow.yml` in one environment; the defaults where it is missing or invalid.

    `declared` says that the file exists, `foreign` that kedro-mlflow applies it and opens the run. `loader` has the
    credentials that it names.
    """

    mlflow: MlflowConfig = field(default_factory=MlflowConfig)
    sources: Sources = field(default_factory=Sources)
    findings: tuple[Diagnostic, ...] = ()
    declared: bool = False
    foreign: bool = False
    loader: Any = None

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files."""
        return tuple(dict.fromkeys(source.file for source in self.sources.files))

    def locate(self, finding: Diagnostic) -> Diagnostic:
        """Place a finding whose path starts at the top of the file. It is not about a binding."""
        return replace(self.sources.locate(finding), path=(), elsewhere=False)


def read_tracking_config(loader: Any, project_path: Path | None = None) -> TrackingConfig:
    """Read `mlflow.yml` through Kedro's config loader; mistakes in it become findings."""
    if has_kedro_mlflow():
        return TrackingConfig(foreign=True)
    _offer_random_names()
    files = read_files(loader, _KEY, project_path)
    if files is None:
        return TrackingConfig()
    mlflow, problems = validate_mlflow(dict(files.values))
    read = TrackingConfig(mlflow or MlflowConfig(), files.sources, declared=True, loader=loader)
    found = {read.locate(finding) for finding in (*files.findings, *problems)}
    return replace(read, findings=tuple(sorted(found, key=lambda finding: finding.sort_key)))


def tracking_config_of(context: KedroContext) -> TrackingConfig:
    """Read the tracking configuration of a session.

    Where kedro-mlflow has read it, only the pipelines that are not tracked matter here.
    """
    config = read_tracking_config(context.config_loader, context.project_path)
    if not config.foreign:
        return config
    try:
        names = list(context.mlflow.tracking.disable_tracking.pipelines)  # type: ignore[attr-defined]  # set by kedro-mlflow
    except AttributeError:
        return config
    disabled = {"disable_tracking": {"pipelines": names}}
    return replace(config, mlflow=MlflowConfig.model_validate({"tracking": disabled}))


def has_kedro_mlflow() -> bool:
    """Return whether kedro-mlflow is installed and its hooks are enabled in this project."""
    if importlib.util.find_spec("kedro_mlflow") is None:
        return False
    if any(type(hook).__module__.startswith("kedro_mlflow") for hook in settings.HOOKS):
        return True
    hooks = importlib.metadata.entry_points(group="kedro.hooks")
    plugins = [hook.dist.name if hook.dist else "" for hook in hooks if hook.module.startswith("kedro_mlflow")]
    return any(plugin not in settings.DISABLE_HOOKS_FOR_PLUGINS for plugin in plugins)


def _offer_random_names() -> None:
    """Register the resolver `${km.random_name:}`, which kedro-mlflow offers for the name of a run."""

    def random_name() -> str:
        # MLflow has no public function for the names that it makes up for runs, as of 3.17.
        from mlflow.utils.name_utils import _generate_random_name

        return str(_generate_random_name())  # type: ignore[no-untyped-call]  # MLflow has no types for it

    with _resolver_lock:  # sessions of several threads may be made at the same time
        if not OmegaConf.has_resolver("km.random_name"):
            # OmegaConf 2.4 gave the old name the new behaviour, and warns about the other
            # (https://github.com/omry/omegaconf/pull/1322). Once 2.4 is required, register_resolver will do.
            is_new = "use_cache" in inspect.signature(OmegaConf.register_resolver).parameters
            register = OmegaConf.register_resolver if is_new else OmegaConf.register_new_resolver
            register("km.random_name", random_name, use_cache=True)
