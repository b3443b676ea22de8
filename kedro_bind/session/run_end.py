"""End a bound run: log its models, or record that it failed or was interrupted."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError, LoggingError
from kedro_bind.process.whole_lines import log_whole
from kedro_bind.redaction import get_logger, redacted
from kedro_bind.session.presented import present
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.cleanup import remove_unfinished
from kedro_bind.tracking.metrics import RunMetrics
from kedro_bind.tracking.retries import retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.session.bound_run import StartedRun
    from kedro_bind.tracking.log import LoggedModel
    from kedro_bind.tracking.promotion import Judge
    from kedro_bind.tracking.tracked_run import TrackedRun

__all__ = ["fail", "finish", "kill"]

logger = get_logger(__name__)


@redacted
def finish(run: StartedRun, catalog: Any) -> dict[str, LoggedModel]:
    """Log the models of a run, end its MLflow run, and return the models.

    A model that can't be logged does not keep the others from being logged.

    Raises:
        LoggingError: a model could not be logged, or the MLflow run could not be ended.
    """
    for name, reason in run.checked.left_out.items():
        message = "kedro_bind: no model of '%s' is logged: %s; '%s' logs it from what is stored"
        log_whole(logger, logging.WARNING, message, name, reason, run.bound.command(name))
    if run.tracked is None:
        return {}
    with retrying(f"verifying models and logging them to the MLflow run {run.tracked.run_id}") as retries:
        logged, failures = _log_all(run, run.tracked, catalog)
        for name in logged if retries.count else ():
            remove_unfinished(run.tracked.run_id, name)  # a repeated request may have created something twice
        error = _logging_failed(run, failures) if failures else None
        problem = run.tracked.close("FAILED" if failures else "FINISHED", error)
    if error is not None:
        raise error
    if problem:
        raise _not_ended(run, logged, problem)
    return logged


@redacted
def fail(run: StartedRun, error: BaseException) -> None:
    """End the MLflow run of a training run that failed."""
    _end(run, "FAILED", error)


@redacted
def kill(run: StartedRun) -> None:
    """End the MLflow run of training, or of logging, that was interrupted."""
    unfinished = [name for name in run.checked.complete if run.observed.lacks_artifacts(name)]
    if unfinished:
        names = ", ".join(map(repr, unfinished))
        message = "kedro_bind: the run was interrupted before training of %s was complete; train again with:\n  %s"
        log_whole(logger, logging.WARNING, message, names, run.bound.training_command(unfinished))
    if finished := [name for name in run.checked.complete if name not in unfinished]:
        message = "kedro_bind: the run was interrupted; if training was complete, log its model with:\n%s"
        log_whole(logger, logging.WARNING, message, _listed(run, finished))
    _end(run, "KILLED")


def _end(run: StartedRun, status: str, error: BaseException | None = None) -> None:
    run.observed.stop()
    if run.tracked is not None:
        run.tracked.close(status, error)


def _log_all(run: StartedRun, tracked: TrackedRun, catalog: Any) -> tuple[dict[str, LoggedModel], dict[str, Exception]]:
    """Log every model; return those that are logged, and the errors of the others."""
    from kedro_bind.tracking.log import log_model

    logged: dict[str, LoggedModel] = {}
    failures: dict[str, Exception] = {}
    metrics = RunMetrics(tracked.run_id)
    for name, binding in run.checked.complete.items():
        logger.info("kedro_bind: logging the model of '%s'", name)
        try:
            tracked.resume()
            on_saved = _after_saving(run, metrics, binding, catalog)
            sample, verification = run.observed.sample(name), run.observed.take_verification(name)
            logged[name] = log_model(binding, catalog, run.bound.origin, sample, verification, on_saved)
        except Exception as error:  # noqa: BLE001 - training is done; `finish` raises it after the other models
            failures[name] = error
        else:
            log_whole(logger, logging.INFO, "kedro_bind: %s", logged[name])
            present(logged[name], tracked.run_id)
    run.observed.stop()
    return logged, failures


def _after_saving(
    run: StartedRun, metrics: RunMetrics, binding: ResolvedBinding, catalog: Any
) -> Callable[[str], Judge | None]:
    """Log the metrics of training to the MLflow run; return a function that logs them to its model and evaluates it."""
    trained = run.observed.metrics.of(binding.model.metrics, catalog)
    log = partial(metrics.log, binding.label, trained, time.time_ns() // 1_000_000)
    log()

    def on_saved(model_id: str) -> Judge | None:
        log(model_id=model_id)
        if binding.evaluation is None:
            return None
        from kedro_bind.evaluation.logged import evaluate_logged

        return evaluate_logged(binding, catalog, metrics, model_id)

    return on_saved


def _logging_failed(run: StartedRun, failures: Mapping[str, Exception]) -> LoggingError:
    errors = [_not_logged(run, name, error) for name, error in failures.items()]
    stored = "What training produced is stored. This logs it without training again:"
    message = "\n".join([*(error.message for error in errors), stored, _listed(run, failures)])
    if len(errors) == 1:
        error = LoggingError(message, binding=errors[0].binding, run_id=run.run_id, command=errors[0].command)
    else:
        error = LoggingError(message, run_id=run.run_id, failures=errors)
    error.__cause__ = errors[0].__cause__
    return error


def _not_logged(run: StartedRun, name: str, cause: Exception) -> LoggingError:
    message = f"the model of '{name}' is not logged: {_reason(cause)}"
    error = LoggingError(message, binding=name, run_id=run.run_id, command=run.command(name))
    error.__cause__ = cause
    return error


def _not_ended(run: StartedRun, logged: Mapping[str, LoggedModel], problem: str) -> LoggingError:
    names = [*logged]
    one = len(names) == 1
    subject = f"the model of '{names[0]}' is" if one else f"the models of {', '.join(map(repr, names))} are"
    message = (
        f"{subject} logged, but the MLflow run can't be ended as FINISHED: {problem}\n"
        f"MLflow shows that run as running. This logs the model{'' if one else 's'} again and ends the run:\n"
        f"{_listed(run, names)}"
    )
    return LoggingError(
        message,
        binding=names[0] if one else None,
        run_id=run.run_id,
        command=run.command(names[0]) if one else None,
    )


def _listed(run: StartedRun, names: Iterable[str]) -> str:
    """Return the commands that log bindings to the MLflow run without training again, one on each line."""
    return "\n".join(f"  {run.command(name)}" for name in names)


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, KedroBindError) else f"{type(error).__name__}: {describe_error(error)}"
