"""One Kedro run of bound pipelines: checked before, observed on its way, logged at its end."""

from __future__ import annotations

import logging
import shlex
import time
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import BindingError, KedroBindError, LoggingError
from kedro_bind.model.wiring import bare
from kedro_bind.redaction import Redaction, get_logger, redacted, redaction_of
from kedro_bind.store_errors import said_by
from kedro_bind.tracking.metrics import ObservedMetrics, log_metrics
from kedro_bind.whole_lines import log_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.model.log import LoggedModel
    from kedro_bind.model.origin import Origin
    from kedro_bind.model.proof import Prover
    from kedro_bind.model.signature import InputSample
    from kedro_bind.tracking.config import TrackingConfig
    from kedro_bind.tracking.run import TrackedRun

__all__ = ["BoundRun"]

logger = get_logger(__name__)


@dataclass
class BoundRun:
    """The bindings of a run by the name that the run was asked for, and what is known of it so far."""

    bindings: dict[str, ResolvedBinding]
    origin: Origin
    context: KedroContext
    tracking: TrackingConfig
    before_session: str | None = None
    incomplete: dict[str, str] = field(default_factory=dict)
    tracked: TrackedRun | None = None
    logged: dict[str, LoggedModel] = field(default_factory=dict)
    samples: dict[str, InputSample] = field(default_factory=dict)
    provers: dict[str, Prover | None] = field(default_factory=dict)
    metrics: ObservedMetrics = field(default_factory=ObservedMetrics)
    _from_saved: set[str] = field(default_factory=set)
    _catalog: Any = None

    @cached_property
    def redaction(self) -> Redaction:
        """The credentials of this run, which no text of it shows."""
        return redaction_of(self.context.config_loader)

    @redacted
    def check(self, catalog: Any) -> None:
        """Refuse to start a training whose model could not be logged.

        Raises:
            BindingError: with the findings of `kedro bind check` for the bindings of this run.
        """
        from conf_schema import has_errors
        from kedro_bind.checks import Surroundings, findings_of_all, located, tracking_findings
        from kedro_bind.install import current_config
        from kedro_bind.render.text import render_plain

        config = current_config()
        of_tracking = tracking_findings(self.tracking)
        findings = findings_of_all(self.bindings.values(), Surroundings(catalog, self.origin, self.tracking))
        placed = [*located(findings, config), *of_tracking]
        if has_errors(placed):
            names = ", ".join(f"'{name}'" for name in self.bindings)
            raise BindingError(f"the bound pipeline {names} can't run:\n{render_plain(placed)}", placed)
        if placed:
            logger.warning("kedro_bind: %s", render_plain(placed))

    def compare(self, pipeline: Pipeline, catalog: Any, *, only_missing: bool) -> None:
        """Find the bindings whose models this run does not log.

        Those are the ones of which it, filtered as it is, does not produce every artifact, and those that are not
        to be tracked.
        """
        disabled = self.tracking.mlflow.tracking.disable_tracking.pipelines
        produced = {bare(name) for name in pipeline.all_outputs()}
        # Which nodes a run of missing outputs leaves out is not known here.
        self.metrics.produced = frozenset() if only_missing else frozenset(produced)
        for name, binding in self.bindings.items():
            sources = [each for each in binding.artifact_sources.values() if bare(each) in binding.fitted]
            left_out = sorted(each for each in sources if bare(each) not in produced)
            # A node runs if any of its outputs is missing; an artifact that is there may or may not be made anew.
            there = (
                sorted(each for each in sources if each not in left_out and catalog.exists(each))
                if only_missing
                else []
            )
            if name in disabled:
                self.incomplete[name] = "'tracking.disable_tracking.pipelines' of mlflow.yml names it"
            elif left_out:
                self.incomplete[name] = f"this run leaves out {', '.join(left_out)}, which its full training produces"
            elif there:
                self.incomplete[name] = f"{', '.join(there)} existed before this run of missing outputs"

    @redacted
    def start(self, catalog: Any, run_params: Mapping[str, Any]) -> None:
        """Open the MLflow run, if there will be a model, and log the parameters of training."""
        if set(self.bindings) <= set(self.incomplete):
            return
        self._catalog = catalog
        from kedro.io import SharedMemoryDataCatalog

        self.tracked = self.open("+".join(self.bindings), run_params=run_params)
        try:
            self.log_parameters(self.tracked, catalog)
            if isinstance(catalog, SharedMemoryDataCatalog):  # that of the ParallelRunner
                self.tracked.lend_to_processes()
        except Exception as error:
            self.tracked.close("FAILED", error)  # Kedro tells no hook of an error in this one
            raise

    @redacted
    def open(self, name: str, *, run_id: str | None = None, run_params: Mapping[str, Any] | None = None) -> TrackedRun:
        """Open an MLflow run for the bindings, as `mlflow.yml` and MLflow's environment have it.

        Raises:
            LoggingError: the store can't be reached, or refuses.
        """
        from kedro_bind.tracking.run import RunRequest, open_run
        from kedro_bind.tracking.tags import run_tags

        wanted = RunRequest(
            name,
            self.origin.experiment,
            run_tags(self.origin, self.bindings, run_params or {}),
            run_id,
            self.before_session,
        )
        return open_run(wanted, self.tracking, self.context)

    def log_parameters(self, tracked: TrackedRun, catalog: Any) -> None:
        """Log the parameters of training."""
        from kedro_bind.tracking.parameters import log_parameters, loggable, parameter_values

        if not (self.tracking.foreign and tracked.joined):  # else kedro-mlflow logs them
            values = parameter_values(self.bindings.values(), catalog)
            log_parameters(tracked.run_id, loggable(values, self.tracking.mlflow.tracking.params))

    @redacted
    def observe(self, dataset_name: str, data: Any, *, loaded: bool) -> None:
        """Keep a sample of the input of a model when it passes by, and see training finish.

        Never raises: training goes on whatever happens here, and logging does for itself what is missing.
        """
        for name in self.bindings:
            if name not in self.incomplete:
                try:
                    self._observe(name, dataset_name, data, loaded=loaded)
                except Exception as error:  # noqa: BLE001 - data may be anything, and a hook's error ends the training
                    logger.debug("kedro_bind: '%s' is not observed for '%s': %s", dataset_name, name, error)

    def _observe(self, name: str, dataset_name: str, data: Any, *, loaded: bool) -> None:
        binding = self.bindings[name]
        if not loaded and bare(dataset_name) in map(bare, binding.model.metrics):
            self.metrics.observe(dataset_name, data)
        # What a node loads counts more than what one saves: that is how a caller's data looks to the nodes.
        better = name not in self.samples or (loaded and name in self._from_saved)
        if better and bare(dataset_name) == bare(binding.training_input):
            from kedro_bind.model.declared_validators import incoming, validates_input
            from kedro_bind.model.signature import sample_input

            if loaded and self._catalog is not None and validates_input(binding, self._catalog):
                data = incoming(binding, self._catalog)
            self.samples[name] = sample_input(data, binding.model.example_rows)
            (self._from_saved.discard if loaded else self._from_saved.add)(name)
        if not loaded and name not in self.provers and dataset_name in binding.artifact_sources.values():
            from kedro_bind.model.log import start_prover

            # An artifact is there, so the end is near: the process that tries the model may start.
            self.provers[name] = start_prover(binding, self.origin)

    @redacted
    def finish(self, catalog: Any) -> None:
        """Log the models and end the MLflow run.

        Raises:
            LoggingError: a model could not be logged, all that could be were; or the run could not be ended.
        """
        for name, reason in self.incomplete.items():
            left_out = "kedro_bind: no model of '%s' is logged: %s; '%s' logs it from what is stored"
            log_whole(logger, logging.WARNING, left_out, name, reason, self._command(name))
        if self.tracked is None:
            return
        from kedro_bind.model.leftovers import remove_leftovers
        from kedro_bind.patience import patience

        with patience(f"logging to the MLflow run {self.tracked.run_id}") as retries:
            failures = self._log_all(catalog)
            for name in self.logged if retries.count else ():
                remove_leftovers(self.tracked.run_id, name)  # a request that is sent again may make something twice
            error = self._logging_failed(failures) if failures else None
            problem = self.tracked.close("FAILED" if failures else "FINISHED", error)
        if error is not None:
            raise error
        if problem:
            raise self._not_ended(problem)

    def _log_all(self, catalog: Any) -> dict[str, Exception]:
        from kedro_bind.model.log import log_model

        failures: dict[str, Exception] = {}
        for name, binding in self.bindings.items():
            if name in self.incomplete:
                continue
            logger.info("kedro_bind: logging the model of '%s'", name)
            try:
                self._resume()
                on_saved = self._log_metrics(binding, catalog)
                sample, prover = self.samples.get(name), self.provers.pop(name, None)
                self.logged[name] = log_model(binding, catalog, self.origin, sample, prover, on_saved)
            except Exception as error:  # noqa: BLE001 - training is done: whatever it is, it is told at the end
                failures[name] = error
                if (prover := self.provers.pop(name, None)) is not None:
                    prover.stop()
            else:
                log_whole(logger, logging.INFO, "kedro_bind: %s", self.logged[name])
        return failures

    def _log_metrics(self, binding: ResolvedBinding, catalog: Any) -> Callable[[str], None]:
        """Log the metrics of training to the MLflow run, and return what logs them to its model."""
        assert self.tracked is not None
        metrics = self.metrics.of(binding.model.metrics, catalog)
        log = partial(log_metrics, metrics, self.tracked.run_id, time.time_ns() // 1_000_000)
        log()
        return lambda model_id: log(model_id=model_id)

    def _logging_failed(self, failures: Mapping[str, Exception]) -> KedroBindError:
        told = [f"the model of '{name}' is not logged: {_reason(error)}" for name, error in failures.items()]
        stored = "What training produced is stored. This logs it without training again:"
        error = LoggingError("\n".join([*told, stored, *self._commands(failures)]))
        error.__cause__ = next(iter(failures.values()))
        return error

    def _not_ended(self, problem: str) -> KedroBindError:
        names = ", ".join(f"'{name}'" for name in self.logged)
        told = f"the model of {names} is logged, but its MLflow run can't be ended as FINISHED: {problem}"
        running = "MLflow shows that run as running. This logs the model again and ends the run:"
        return LoggingError("\n".join([told, running, *self._commands(self.logged)]))

    def _commands(self, names: Iterable[str]) -> list[str]:
        run = [f"--run-id={self.tracked.run_id}"] if self.tracked else []
        return [f"  {self._command(name, *run)}" for name in names]

    def _command(self, name: str, *more: str) -> str:
        return shlex.join(["kedro", "bind", "log", name, *more, *self.origin.options])

    def enter_thread(self) -> None:
        """Let a node in a thread of its own log to the MLflow run."""
        if self.tracked is not None:
            self.tracked.enter_thread()

    def _resume(self) -> None:
        """Make the MLflow run the active one again, whatever the nodes did to it."""
        if self.tracked is not None:
            self.tracked.resume()

    @redacted
    def fail(self, error: BaseException) -> None:
        """End the MLflow run of a training that failed."""
        self._end("FAILED", error)

    @redacted
    def kill(self) -> None:
        """End the MLflow run of a training, or of a logging, that was interrupted."""
        commands = "\n".join(self._commands(name for name in self.bindings if name not in self.incomplete))
        told = "kedro_bind: the run is interrupted; where training is done, this logs it:\n%s"
        log_whole(logger, logging.WARNING, told, commands)
        self._end("KILLED")

    def _end(self, status: str, error: BaseException | None = None) -> None:
        for prover in self.provers.values():
            if prover is not None:
                prover.stop()
        if self.tracked is not None:
            self.tracked.close(status, error)


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, KedroBindError) else f"{type(error).__name__}: {said_by(error)}"
