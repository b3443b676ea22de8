"""The logging of a binding from what is stored, without training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.bound_run import BoundRun
from kedro_bind.errors import BindingError, LoggingError
from kedro_bind.redaction import get_logger, redacting, redaction_of

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from kedro_bind.binding.resolved import ResolvedBinding

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
    from kedro_bind.open_runs import open_runs
    from kedro_bind.patience import patience
    from kedro_bind.tracking.config import tracking_config_of

    pipeline = bound_pipeline(name)
    if not isinstance(pipeline, PipelineML):
        raise BindingError(f"there is no bound pipeline '{name}'; 'kedro bind list' shows those that there are")
    binding = pipeline.binding.named(name)
    run = BoundRun({name: binding}, origin_of(context, [name]), context, tracking_config_of(context))
    if hasattr(context, "_pipelines_to_validate"):
        # As in a bound run, where Kedro's session sets it (Kedro 1.4 and later); there is no public way.
        context._pipelines_to_validate = [name]
    catalog = context.catalog
    run.check(catalog)
    _refuse_incomplete(name, binding, catalog, force=force)
    with patience(f"logging the model of '{name}'"), open_runs.kill_if_interrupted(run):
        run.tracked = run.open(name, run_id=run_id)
        try:
            remove_leftovers(run.tracked.run_id, name)
            run.log_parameters(run.tracked, catalog)
        except Exception as error:
            run.fail(error)
            raise
        run.finish(catalog)
    return str(run.logged[name])


def _refuse_incomplete(name: str, binding: ResolvedBinding, catalog: Any, *, force: bool) -> None:
    from kedro_bind.model.freshness import missing_artifacts, stale_artifacts

    train = f"'kedro run --pipelines={name}'"
    if missing := missing_artifacts(binding, catalog):
        raise LoggingError(
            f"the model of '{name}' is not logged, since an artifact is missing: {', '.join(missing)}; {train} makes it"
        )
    stale = stale_artifacts(binding, catalog)
    if stale and not force:
        raise LoggingError(
            f"the model of '{name}' is not logged, since an artifact is out of date: {'; '.join(stale)}; "
            f"{train} makes it anew, and '--force' logs it as it is"
        )
    for each in stale:
        logger.warning("kedro_bind: the model of '%s' is logged with an artifact that is out of date: %s", name, each)
