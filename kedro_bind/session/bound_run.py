"""A Kedro run of bound pipelines as frozen values: requested, then checked, then started."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conf_schema import has_errors
from kedro_bind.checks import CheckContext, check_bindings, locate_findings, tracking_findings
from kedro_bind.errors import BindingError
from kedro_bind.names import bare
from kedro_bind.redaction import Redaction, get_logger, redacted, redaction_of
from kedro_bind.render.text import render_plain
from kedro_bind.session.install import current_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config.mlflow import TrackingConfig
    from kedro_bind.project import Origin
    from kedro_bind.session.observed import Observed
    from kedro_bind.tracking.tracked_run import TrackedRun

__all__ = ["BoundRun", "CheckedRun", "StartedRun", "check", "models_left_out", "require_valid"]

logger = get_logger(__name__)


@dataclass(frozen=True)
class BoundRun:
    """The requested bindings of a run by name, and the session that it belongs to.

    `before_session` is the MLflow run that was active before the session began.
    """

    bindings: Mapping[str, ResolvedBinding]
    origin: Origin
    context: KedroContext
    tracking: TrackingConfig
    before_session: str | None = None

    @cached_property
    def redaction(self) -> Redaction:
        """What removes the credentials of this run from texts."""
        return redaction_of(self.context.config_loader)

    def command(self, name: str, *more: str) -> str:
        """Return the command that logs a binding from stored artifacts."""
        return shlex.join(["kedro", "bind", "log", name, *more, *self.origin.options])

    def training_command(self, names: Iterable[str]) -> str:
        """Return the command that trains bindings, and logs them."""
        return shlex.join(["kedro", "run", f"--pipelines={','.join(names)}", *self.origin.options])


@dataclass(frozen=True)
class CheckedRun:
    """A run that may start.

    `left_out` are the bindings whose models will not be logged, and why. `produced` are the datasets that the run
    produces; `None` if it trains nothing and logs what is stored.
    """

    bound: BoundRun
    left_out: Mapping[str, str] = field(default_factory=dict)
    produced: frozenset[str] | None = None

    @property
    def redaction(self) -> Redaction:
        """What removes the credentials of this run from texts."""
        return self.bound.redaction

    @property
    def complete(self) -> dict[str, ResolvedBinding]:
        """The bindings whose models will be logged."""
        return {name: binding for name, binding in self.bound.bindings.items() if name not in self.left_out}


@dataclass(frozen=True)
class StartedRun:
    """A run under way; `tracked` is its MLflow run, `None` if no model will be logged."""

    checked: CheckedRun
    tracked: TrackedRun | None
    observed: Observed

    @property
    def redaction(self) -> Redaction:
        """What removes the credentials of this run from texts."""
        return self.checked.redaction

    @property
    def bound(self) -> BoundRun:
        """What was requested."""
        return self.checked.bound

    @property
    def run_id(self) -> str | None:
        """The id of its MLflow run."""
        return self.tracked.run_id if self.tracked is not None else None

    def command(self, name: str) -> str:
        """Return the command that logs a binding to the MLflow run without training again."""
        return self.bound.command(name, *([f"--run-id={self.run_id}"] if self.run_id else []))


def check(bound: BoundRun, pipeline: Pipeline, catalog: Any, *, only_missing: bool) -> CheckedRun:
    """Check the bindings of a run, and determine which models it will log.

    Raises:
        BindingError: with the findings of `kedro bind check` for the bindings of this run.
    """
    require_valid(bound, catalog)
    left_out = models_left_out(bound, pipeline, catalog, only_missing=only_missing)
    # Which nodes a run of missing outputs skips is not known here.
    produced = [] if only_missing else map(bare, pipeline.all_outputs())
    return CheckedRun(bound, left_out, frozenset(produced))


@redacted
def require_valid(bound: BoundRun, catalog: Any) -> None:
    """Refuse to start a training run whose model could not be logged.

    Raises:
        BindingError: with the findings of `kedro bind check` for the bindings of this run.
    """
    findings = check_bindings(bound.bindings.values(), CheckContext(catalog, bound.origin, bound.tracking))
    placed = [*locate_findings(findings, current_config()), *tracking_findings(bound.tracking)]
    if has_errors(placed):
        names = [*bound.bindings]
        plural = "s" * (len(names) > 1)
        message = f"the bound pipeline{plural} {', '.join(map(repr, names))} can't run:\n{render_plain(placed)}"
        raise BindingError(message, placed, binding=names[0] if len(names) == 1 else None)
    if placed:
        logger.warning("kedro_bind: %s", render_plain(placed))


def models_left_out(bound: BoundRun, pipeline: Pipeline, catalog: Any, *, only_missing: bool) -> dict[str, str]:
    """Return the bindings whose models a run does not log, and why.

    These are bindings that are not to be tracked, and those that the run, if it is filtered, does not produce every
    artifact of.
    """
    disabled = bound.tracking.mlflow.tracking.disable_tracking.pipelines
    produced = {bare(name) for name in pipeline.all_outputs()}
    reasons: dict[str, str] = {}
    for name, binding in bound.bindings.items():
        fitted = sorted(source for source in binding.artifact_sources.values() if bare(source) in binding.fitted)
        missing = [source for source in fitted if bare(source) not in produced]
        # A node runs if any of its outputs is missing, so an existing artifact may or may not be made again.
        existing = [source for source in fitted if only_missing and source not in missing and catalog.exists(source)]
        if name in disabled:
            reasons[name] = "'tracking.disable_tracking.pipelines' in mlflow.yml lists it"
        elif missing:
            reasons[name] = f"this run leaves out {', '.join(missing)}, which its full training produces"
        elif existing:
            reasons[name] = f"{', '.join(existing)} existed before this run of missing outputs"
    return reasons
