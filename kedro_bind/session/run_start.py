"""Start a bound run: open its MLflow run, and log what is known before training."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from kedro.io import SharedMemoryDataCatalog

from kedro_bind.packaging.fingerprints import FILES_TAG, record_files
from kedro_bind.process.temporary import remove_abandoned_folders
from kedro_bind.process.termination import release_frames
from kedro_bind.redaction import redacted
from kedro_bind.session.bound_run import StartedRun
from kedro_bind.session.lending import lend
from kedro_bind.session.observed import Observed
from kedro_bind.session.run_end import kill
from kedro_bind.tracking import parameters
from kedro_bind.tracking.run import RunRequest, open_run
from kedro_bind.tracking.run_tags import run_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.session.bound_run import BoundRun, CheckedRun
    from kedro_bind.tracking.tracked_run import TrackedRun

__all__ = ["log_parameters", "open_tracked", "start"]


@redacted
def start(checked: CheckedRun, catalog: Any, run_params: Mapping[str, Any]) -> StartedRun:
    """Open the MLflow run, if a model will be logged, and log the parameters of training.

    Raises:
        LoggingError: the store can't be reached, or refuses.
    """
    bound = checked.bound
    in_processes = isinstance(catalog, SharedMemoryDataCatalog)  # that of the ParallelRunner
    observed = Observed(checked.complete, bound.origin, checked.redaction, checked.produced, in_processes=in_processes)
    if not checked.complete:
        return StartedRun(checked, None, observed)
    with ExitStack() as on_error:
        on_error.callback(observed.stop)
        observed.start_verification()
        record = {FILES_TAG: record_files(checked.complete.values(), catalog)}
        tracked = open_tracked(bound, "+".join(bound.bindings), run_params=run_params, more_tags=record)
        started = StartedRun(checked, tracked, observed)
        try:
            log_parameters(bound, tracked, catalog)
            if in_processes:
                lend(tracked.run_id, catalog)
        except Exception as error:
            tracked.close("FAILED", error)  # Kedro calls no hook after an error in `before_pipeline_run`
            raise
        except BaseException as error:
            release_frames(error)
            kill(started)
            raise
        on_error.pop_all()
    return started


@redacted
def open_tracked(
    bound: BoundRun,
    name: str,
    *,
    run_id: str | None = None,
    run_params: Mapping[str, Any] | None = None,
    more_tags: Mapping[str, str] | None = None,
) -> TrackedRun:
    """Open an MLflow run for the bindings, as `mlflow.yml` and MLflow's environment variables configure it.

    Raises:
        LoggingError: the store can't be reached, or refuses.
    """
    remove_abandoned_folders()
    tags = {key: value for key, value in (more_tags or {}).items() if value}
    requested = RunRequest(
        name,
        bound.origin.experiment,
        {**run_tags(bound.origin, bound.bindings, run_params or {}), **tags},
        run_id,
        bound.before_session,
        tuple(bound.bindings),
    )
    return open_run(requested, bound.tracking, bound.context)


def log_parameters(bound: BoundRun, tracked: TrackedRun, catalog: Any) -> None:
    """Log the parameters of training."""
    if not (bound.tracking.foreign and tracked.joined):  # otherwise kedro-mlflow logs them
        values = parameters.parameter_values(bound.bindings.values(), catalog)
        parameters.log_parameters(tracked.run_id, parameters.loggable(values, bound.tracking.mlflow.tracking.params))
