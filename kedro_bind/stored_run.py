"""The logging of a binding from what is stored, without training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.bound_run import BoundRun, CheckedRun, StartedRun, check_bindings
from kedro_bind.errors import BindingError, LoggingError
from kedro_bind.observed import Observed
from kedro_bind.open_runs import open_runs
from kedro_bind.redaction import get_logger, redacting, redaction_of
from kedro_bind.run_end import fail, finish
from kedro_bind.run_start import log_parameters, open_tracked
from kedro_bind.termination import termination

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

__all__ = ["log_stored"]

logger = get_logger(__name__)


def log_stored(name: str, context: KedroContext, run_id: str | None = None, *, force: bool = False) -> str:
    """Log the model of a binding from what is stored, and say what was logged.

    `force` logs artifacts that are older than what they are computed from.

    Raises:
        BindingError: there is no such binding, or it does not hold.
        LoggingError: an artifact is missing or out of date, or the model could not be logged.
    """
    with redacting(redaction_of(context.config_loader)):
        return _log_stored(name, context, run_id, force=force)


def _log_stored(name: str, context: KedroContext, run_id: str | None, *, force: bool) -> str:
    from kedro_bind.install import bound_pipeline
    from kedro_bind.model.leftovers import remove_leftovers
    from kedro_bind.model.origin import origin_of
    from kedro_bind.patience import patience
    from kedro_bind.tracking.config import tracking_config_of

    pipeline = bound_pipeline(name)
    if not isinstance(pipeline, PipelineML):
        raise BindingError(f"there is no bound pipeline '{name}'; 'kedro bind list' shows those that there are")
    bound = BoundRun(
        {name: pipeline.binding.named(name)}, origin_of(context, [name]), context, tracking_config_of(context)
    )
    if hasattr(context, "_pipelines_to_validate"):
        # As in a bound run, where Kedro's session sets it (Kedro 1.4 and later); there is no public way.
        context._pipelines_to_validate = [name]
    catalog = context.catalog
    check_bindings(bound, catalog)
    with patience(f"logging the model of '{name}'"), termination.watched():
        _refuse_incomplete(bound, name, catalog, run_id, force=force)
        tracked = open_tracked(bound, name, run_id=run_id)
        run = StartedRun(CheckedRun(bound), tracked, Observed(bound.bindings, bound.origin, bound.redaction))
        with open_runs.kill_if_interrupted(run):
            try:
                remove_leftovers(tracked.run_id, name)
                log_parameters(bound, tracked, catalog)
            except Exception as error:
                fail(run, error)
                raise
            return str(finish(run, catalog)[name])


def _refuse_incomplete(bound: BoundRun, name: str, catalog: Any, run_id: str | None, *, force: bool) -> None:
    from kedro_bind.model.fingerprints import read_fingerprints
    from kedro_bind.model.freshness import missing_artifacts, stale_artifacts
    from kedro_bind.tracking.run import tags_of

    binding = bound.bindings[name]
    train = f"'kedro run --pipelines={name}'"
    if missing := missing_artifacts(binding, catalog):
        raise LoggingError(
            f"the model of '{name}' is not logged, since an artifact is missing: {', '.join(missing)}; {train} makes it"
        )
    record = read_fingerprints(tags_of(run_id, bound.tracking, bound.context))
    stale = stale_artifacts(binding, catalog, record)
    if stale and not force:
        raise LoggingError(
            f"the model of '{name}' is not logged, since an artifact is out of date: {'; '.join(stale)}; "
            f"{train} makes it anew, and '--force' logs it as it is"
        )
    for each in stale:
        logger.warning("kedro_bind: the model of '%s' is logged with an artifact that is out of date: %s", name, each)
