"""Log the model of a binding from stored artifacts, without training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.config.mlflow import tracking_config_of
from kedro_bind.errors import BindingError, LoggingError
from kedro_bind.packaging.fingerprints import read_fingerprints
from kedro_bind.packaging.freshness import missing_artifacts, stale_artifacts
from kedro_bind.process.termination import termination
from kedro_bind.project import origin_of
from kedro_bind.redaction import get_logger, redacting, redaction_of
from kedro_bind.session.bound_run import BoundRun, CheckedRun, StartedRun, require_valid
from kedro_bind.session.install import bound_pipeline
from kedro_bind.session.observed import Observed
from kedro_bind.session.open_runs import open_runs
from kedro_bind.session.run_end import fail, finish
from kedro_bind.session.run_start import log_parameters, open_tracked
from kedro_bind.tracking.cleanup import remove_unfinished
from kedro_bind.tracking.retries import retrying
from kedro_bind.tracking.run import tags_of

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

__all__ = ["log_stored"]

logger = get_logger(__name__)


def log_stored(name: str, context: KedroContext, run_id: str | None = None, *, force: bool = False) -> str:
    """Log the model of a binding from stored artifacts, and return a sentence that says what was logged.

    With `force`, artifacts are logged even if they are older than the files that they are computed from.

    Raises:
        BindingError: there is no such binding, or it is invalid.
        LoggingError: an artifact is missing or out of date, or the model could not be logged.
    """
    with redacting(redaction_of(context.config_loader)):
        return _log_stored(name, context, run_id, force=force)


def _log_stored(name: str, context: KedroContext, run_id: str | None, *, force: bool) -> str:
    pipeline = bound_pipeline(name)
    if not isinstance(pipeline, PipelineML):
        raise BindingError(f"there is no bound pipeline '{name}'; 'kedro bind list' shows all of them", binding=name)
    bound = BoundRun(
        {name: pipeline.binding.named(name)}, origin_of(context, [name]), context, tracking_config_of(context)
    )
    if hasattr(context, "_pipelines_to_validate"):
        # As Kedro's session does for a run, from Kedro 1.4 on.
        context._pipelines_to_validate = [name]  # noqa: SLF001 - a context has no public way to type parameters
    catalog = context.catalog
    require_valid(bound, catalog)
    with retrying(f"verifying and logging the model of '{name}'"), termination.watched():
        _refuse_incomplete(bound, name, catalog, run_id, force=force)
        tracked = open_tracked(bound, name, run_id=run_id)
        run = StartedRun(CheckedRun(bound), tracked, Observed(bound.bindings, bound.origin, bound.redaction))
        with open_runs.kill_if_interrupted(run):
            try:
                remove_unfinished(tracked.run_id, name)
                log_parameters(bound, tracked, catalog)
            except Exception as error:
                fail(run, error)
                raise
            return str(finish(run, catalog)[name])


def _refuse_incomplete(bound: BoundRun, name: str, catalog: Any, run_id: str | None, *, force: bool) -> None:
    binding = bound.bindings[name]
    train = bound.training_command([name])
    if missing := missing_artifacts(binding, catalog):
        raise LoggingError(
            f"the model of '{name}' is not logged, since an artifact is missing: {', '.join(missing)}; "
            f"'{train}' produces it",
            binding=name,
            run_id=run_id,
            command=train,
        )
    record = read_fingerprints(tags_of(run_id, bound.tracking, bound.context))
    stale = stale_artifacts(binding, catalog, record)
    if stale and not force:
        raise LoggingError(
            f"the model of '{name}' is not logged, since an artifact is out of date: {'; '.join(stale)}; "
            f"'{train}' produces it again, and '--force' logs it as it is",
            binding=name,
            run_id=run_id,
            command=train,
        )
    for artifact in stale:
        logger.warning(
            "kedro_bind: the model of '%s' is logged with an artifact that is out of date: %s", name, artifact
        )
