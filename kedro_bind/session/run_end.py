"""The end of a bound run: its models are logged, or it has failed, or was interrupted."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError, LoggingError
from kedro_bind.process.whole_lines import log_whole
from kedro_bind.redaction import get_logger, redacted
from kedro_bind.store_errors import said_by
from kedro_bind.tracking.metrics import log_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.session.bound_run import StartedRun
    from kedro_bind.tracking.log import LoggedModel
    from kedro_bind.tracking.run import TrackedRun

__all__ = ["fail", "finish", "kill"]

logger = get_logger(__name__)


@redacted
def finish(run: StartedRun, catalog: Any) -> dict[str, LoggedModel]:
    """Log the models of a run, end its MLflow run, and return the models.

    Raises:
        LoggingError: a model could not be logged, all that could be were; or the run could not be ended.
    """
    for name, reason in run.checked.left_out.items():
        left_out = "kedro_bind: no model of '%s' is logged: %s; '%s' logs it from what is stored"
        log_whole(logger, logging.WARNING, left_out, name, reason, run.bound.command(name))
    if run.tracked is None:
        return {}
    from kedro_bind.tracking.cleanup import remove_leftovers
    from kedro_bind.tracking.retries import patience

    with patience(f"logging to the MLflow run {run.tracked.run_id}") as retries:
        logged, failures = _log_all(run, run.tracked, catalog)
        for name in logged if retries.count else ():
            remove_leftovers(run.tracked.run_id, name)  # a request that is sent again may make something twice
        error = _logging_failed(run, failures) if failures else None
        problem = run.tracked.close("FAILED" if failures else "FINISHED", error)
    if error is not None:
        raise error
    if problem:
        raise _not_ended(run, logged, problem)
    return logged


@redacted
def fail(run: StartedRun, error: BaseException) -> None:
    """End the MLflow run of a training that failed."""
    _end(run, "FAILED", error)


@redacted
def kill(run: StartedRun) -> None:
    """End the MLflow run of a training, or of a logging, that was interrupted."""
    commands = "\n".join(run.commands(run.checked.complete))
    told = "kedro_bind: the run is interrupted; where training is done, this logs it:\n%s"
    log_whole(logger, logging.WARNING, told, commands)
    _end(run, "KILLED")


def _end(run: StartedRun, status: str, error: BaseException | None = None) -> None:
    run.observed.stop()
    if run.tracked is not None:
        run.tracked.close(status, error)


def _log_all(run: StartedRun, tracked: TrackedRun, catalog: Any) -> tuple[dict[str, LoggedModel], dict[str, Exception]]:
    """Log each model, and return those that are logged and why others are not."""
    from kedro_bind.tracking.log import log_model

    logged: dict[str, LoggedModel] = {}
    failures: dict[str, Exception] = {}
    for name, binding in run.checked.complete.items():
        logger.info("kedro_bind: logging the model of '%s'", name)
        try:
            tracked.resume()
            on_saved = _log_metrics(run, tracked, binding, catalog)
            sample, verification = run.observed.sample(name), run.observed.take_verification(name)
            logged[name] = log_model(binding, catalog, run.bound.origin, sample, verification, on_saved)
        except Exception as error:  # noqa: BLE001 - training is done: whatever it is, it is told at the end
            failures[name] = error
        else:
            log_whole(logger, logging.INFO, "kedro_bind: %s", logged[name])
    run.observed.stop()
    return logged, failures


def _log_metrics(run: StartedRun, tracked: TrackedRun, binding: ResolvedBinding, catalog: Any) -> Callable[[str], None]:
    """Log the metrics of training to the MLflow run, and return what logs them to its model."""
    metrics = run.observed.metrics.of(binding.model.metrics, catalog)
    log = partial(log_metrics, metrics, tracked.run_id, time.time_ns() // 1_000_000)
    log()
    return lambda model_id: log(model_id=model_id)


def _logging_failed(run: StartedRun, failures: Mapping[str, Exception]) -> KedroBindError:
    told = [f"the model of '{name}' is not logged: {_reason(error)}" for name, error in failures.items()]
    stored = "What training produced is stored. This logs it without training again:"
    error = LoggingError("\n".join([*told, stored, *run.commands(failures)]))
    error.__cause__ = next(iter(failures.values()))
    return error


def _not_ended(run: StartedRun, logged: Iterable[str], problem: str) -> KedroBindError:
    names = ", ".join(f"'{name}'" for name in logged)
    told = f"the model of {names} is logged, but its MLflow run can't be ended as FINISHED: {problem}"
    running = "MLflow shows that run as running. This logs the model again and ends the run:"
    return LoggingError("\n".join([told, running, *run.commands(logged)]))


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, KedroBindError) else f"{type(error).__name__}: {said_by(error)}"
