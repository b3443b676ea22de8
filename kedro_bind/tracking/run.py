"""Open the MLflow run of a bound run: join the active one, resume one, or start one."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error, explain_store_error
from kedro_bind.tracking.dead_runs import PROCESS_TAG, end_dead_runs, ended_if_interrupted, process_tag
from kedro_bind.tracking.experiment import experiment_id
from kedro_bind.tracking.retries import retrying
from kedro_bind.tracking.run_tags import ERROR_TAGS
from kedro_bind.tracking.server import connect
from kedro_bind.tracking.tracked_run import TrackedRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.framework.context import KedroContext

    from kedro_bind.config.mlflow import TrackingConfig

__all__ = ["RunRequest", "open_run", "tags_of"]

logger = get_logger(__name__)

_UNKNOWN = "check the id of the run, and that MLFLOW_TRACKING_URI names its store"


@dataclass(frozen=True)
class RunRequest:
    """A request for a run: its default names, its tags, and the run to resume, if any.

    `before_session` is the run that was active before the Kedro session began.
    """

    name: str
    experiment: str
    tags: Mapping[str, str] = field(default_factory=dict)
    run_id: str | None = None
    before_session: str | None = None
    bindings: tuple[str, ...] = ()


def open_run(request: RunRequest, config: TrackingConfig, context: KedroContext) -> TrackedRun:
    """Join the active MLflow run, or resume the one that is requested or configured, or else start one.

    Raises:
        LoggingError: the store can't be reached, or refuses; or what `mlflow.yml` configures is not available.
    """
    try:
        with retrying("opening an MLflow run", retries=2):
            return _joined(request, config) or _opened(request, config, context)
    except LoggingError:
        raise
    except Exception as error:
        unknown = request.run_id is not None and getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST"
        problem = f"{describe_error(error)}; {_UNKNOWN}" if unknown else explain_store_error(error)
        message = f"no MLflow run can be started: {problem}"
        binding = request.bindings[0] if len(request.bindings) == 1 else None
        raise LoggingError(message, binding=binding, run_id=request.run_id) from error


def tags_of(run_id: str | None, config: TrackingConfig, context: KedroContext) -> dict[str, str]:
    """Return the tags of the run to resume; none if it can't be read, which is an error of `open_run`."""
    import mlflow

    run_id = run_id or os.environ.get("MLFLOW_RUN_ID") or config.mlflow.tracking.run.id
    if run_id is None:
        return {}
    try:
        with connect(config.mlflow.server, context):
            return dict(mlflow.get_run(run_id).data.tags)
    except Exception as error:  # noqa: BLE001 - `open_run` will raise the same
        logger.debug("kedro_bind: the MLflow run %s can't be read: %s", run_id, describe_error(error))
        return {}


def _joined(request: RunRequest, config: TrackingConfig) -> TrackedRun | None:
    import mlflow

    active = mlflow.active_run()
    if active is None or request.run_id not in (None, active.info.run_id):
        return None
    run_id = active.info.run_id
    if config.declared:
        logger.info(
            "kedro_bind: the MLflow run %s is already active, so 'server', 'experiment' and 'run' in mlflow.yml are "
            "ignored",
            run_id,
        )
    # The tags that another plugin has set stay.
    existing = {} if request.tags == {} else mlflow.get_run(run_id).data.tags
    tags = {key: tag for key, tag in request.tags.items() if key.startswith("kedro_bind.") or key not in existing}
    mlflow.MlflowClient().log_batch(run_id, tags=_as_tags(tags))
    return TrackedRun(run_id, joined=True, outlives_session=run_id == request.before_session)


def _opened(request: RunRequest, config: TrackingConfig, context: KedroContext) -> TrackedRun:
    import mlflow

    settings = config.mlflow.tracking
    with ExitStack() as stack:
        stack.enter_context(connect(config.mlflow.server, context))
        if config.declared and settings.disable_tracking.disable_autologging:
            mlflow.autolog(disable=True)
        run_id = request.run_id or (None if os.environ.get("MLFLOW_RUN_ID") else settings.run.id)
        resumed = run_id or os.environ.get("MLFLOW_RUN_ID")
        # Other processes may log to a run that MLFLOW_RUN_ID names, so the death of this one must not end it.
        owner = {} if resumed and not run_id else {PROCESS_TAG: process_tag()}
        experiment = None if resumed else experiment_id(settings.experiment, request.experiment, context.project_path)
        with ended_if_interrupted():
            run = mlflow.start_run(
                run_id=run_id,
                experiment_id=experiment,
                run_name=None if resumed else settings.run.name or request.name,
                nested=settings.run.nested,
                tags={**request.tags, **owner},
            )
            end_dead_runs(run.info.experiment_id, request.bindings, except_for=run.info.run_id)
            errors = tuple(tag for tag in run.data.tags if tag in ERROR_TAGS)
            return TrackedRun(run.info.run_id, old_errors=errors, _connection=stack.pop_all())
    raise AssertionError  # for mypy: this ExitStack suppresses no exception


def _as_tags(tags: Mapping[str, str]) -> list[Any]:
    from mlflow.entities import RunTag

    return [RunTag(key, value) for key, value in tags.items()]
