"""A Kedro run of bound pipelines, as values: what was asked for, checked, and started. Nothing in them changes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import BindingError
from kedro_bind.names import bare
from kedro_bind.redaction import Redaction, get_logger, redacted, redaction_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.config.mlflow import TrackingConfig
    from kedro_bind.project import Origin
    from kedro_bind.session.observed import Observed
    from kedro_bind.tracking.run import TrackedRun

__all__ = ["BoundRun", "CheckedRun", "StartedRun", "check", "check_bindings", "models_left_out"]

logger = get_logger(__name__)


@dataclass(frozen=True)
class BoundRun:
    """The bindings of a run by the name that the run was asked for, and the session that it is in.

    `before_session` is the MLflow run that was active before the session began.
    """

    bindings: Mapping[str, ResolvedBinding]
    origin: Origin
    context: KedroContext
    tracking: TrackingConfig
    before_session: str | None = None

    @cached_property
    def redaction(self) -> Redaction:
        """The credentials of this run, which no text of it shows."""
        return redaction_of(self.context.config_loader)

    def command(self, name: str, *more: str) -> str:
        """Return the command that logs a binding from what is stored."""
        return shlex.join(["kedro", "bind", "log", name, *more, *self.origin.options])


@dataclass(frozen=True)
class CheckedRun:
    """A run that may start; `left_out` says why the models of some bindings will not be logged.

    `produced` are the datasets that it produces, `None` where it trains nothing, and what is stored counts.
    """

    bound: BoundRun
    left_out: Mapping[str, str] = field(default_factory=dict)
    produced: frozenset[str] | None = None

    @property
    def redaction(self) -> Redaction:
        """The credentials of this run, which no text of it shows."""
        return self.bound.redaction

    @property
    def complete(self) -> dict[str, ResolvedBinding]:
        """The bindings whose models will be logged."""
        return {name: binding for name, binding in self.bound.bindings.items() if name not in self.left_out}


@dataclass(frozen=True)
class StartedRun:
    """A run under way, with its MLflow run, if there will be a model."""

    checked: CheckedRun
    tracked: TrackedRun | None
    observed: Observed

    @property
    def redaction(self) -> Redaction:
        """The credentials of this run, which no text of it shows."""
        return self.checked.redaction

    @property
    def bound(self) -> BoundRun:
        """What was asked for."""
        return self.checked.bound

    def commands(self, names: Iterable[str]) -> list[str]:
        """Return the commands that log bindings to the MLflow run without training again, a line for each."""
        run = [f"--run-id={self.tracked.run_id}"] if self.tracked else []
        return [f"  {self.bound.command(name, *run)}" for name in names]


def check(bound: BoundRun, pipeline: Pipeline, catalog: Any, *, only_missing: bool) -> CheckedRun:
    """Check the bindings of a run, and find out which models it will log.

    Raises:
        BindingError: with the findings of `kedro bind check` for the bindings of this run.
    """
    check_bindings(bound, catalog)
    left_out = models_left_out(bound, pipeline, catalog, only_missing=only_missing)
    # Which nodes a run of missing outputs leaves out is not known here.
    produced = [] if only_missing else map(bare, pipeline.all_outputs())
    return CheckedRun(bound, left_out, frozenset(produced))


@redacted
def check_bindings(bound: BoundRun, catalog: Any) -> None:
    """Refuse to start a training whose model could not be logged.

    Raises:
        BindingError: with the findings of `kedro bind check` for the bindings of this run.
    """
    from conf_schema import has_errors
    from kedro_bind.checks import CheckContext, check_bindings, locate_findings, tracking_findings
    from kedro_bind.render.text import render_plain
    from kedro_bind.session.install import current_config

    config = current_config()
    of_tracking = tracking_findings(bound.tracking)
    findings = check_bindings(bound.bindings.values(), CheckContext(catalog, bound.origin, bound.tracking))
    placed = [*locate_findings(findings, config), *of_tracking]
    if has_errors(placed):
        names = ", ".join(f"'{name}'" for name in bound.bindings)
        raise BindingError(f"the bound pipeline {names} can't run:\n{render_plain(placed)}", placed)
    if placed:
        logger.warning("kedro_bind: %s", render_plain(placed))


def models_left_out(bound: BoundRun, pipeline: Pipeline, catalog: Any, *, only_missing: bool) -> dict[str, str]:
    """Return the bindings whose models a run does not log, and why.

    Those are the ones of which the run, filtered as it is, does not produce every artifact, and those that are
    not to be tracked.
    """
    disabled = bound.tracking.mlflow.tracking.disable_tracking.pipelines
    produced = {bare(name) for name in pipeline.all_outputs()}
    reasons: dict[str, str] = {}
    for name, binding in bound.bindings.items():
        sources = [each for each in binding.artifact_sources.values() if bare(each) in binding.fitted]
        missing = sorted(each for each in sources if bare(each) not in produced)
        # A node runs if any of its outputs is missing; an artifact that is there may or may not be made anew.
        existing = (
            sorted(each for each in sources if each not in missing and catalog.exists(each)) if only_missing else []
        )
        if name in disabled:
            reasons[name] = "'tracking.disable_tracking.pipelines' of mlflow.yml names it"
        elif missing:
            reasons[name] = f"this run leaves out {', '.join(missing)}, which its full training produces"
        elif existing:
            reasons[name] = f"{', '.join(existing)} existed before this run of missing outputs"
    return reasons
