"""Kedro's hooks: when something is done. What is done is in `kedro_bind.install` and `kedro_bind.bound_run`."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl

from kedro_bind.install import bound_pipeline, install, use_loader
from kedro_bind.open_runs import open_runs
from kedro_bind.plugin import warn_left_out
from kedro_bind.redaction import get_logger, redacting, redaction_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline

    from kedro_bind.bound_run import BoundRun

__all__ = ["MlflowPipelineHook", "hooks"]

logger = get_logger(__name__)

if logging.getLogger("kedro_bind").level == logging.NOTSET:
    # Kedro's default logging shows INFO of `kedro` alone; a project's own logging.yml has been applied by now.
    logging.getLogger("kedro_bind").setLevel(logging.INFO)

# Kedro imports this module when it makes a session, before it asks for the first pipeline.
install()


class MlflowPipelineHook:
    """Logs each bound pipeline of a run to MLflow as a model.

    Kedro registers one by itself where kedro-bind is installed; put one into `HOOKS` of `settings.py` only
    where plugins are switched off.
    """

    def __init__(self) -> None:
        self._context: KedroContext | None = None
        self._before_session: str | None = None
        self._mine: dict[str, BoundRun] = {}

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Let the session's environment decide which document counts, before anything loads pipelines."""
        open_runs.end_interrupted()
        self._context = context
        self._before_session = _active_run_id()
        with redacting(redaction_of(context.config_loader)):
            try:
                use_loader(context.config_loader, context.project_path)
            except Exception as error:  # noqa: BLE001 - a command that has nothing to do with us must not fail
                warn_left_out(error)

    @hook_impl(trylast=True)
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Any) -> None:
        """Check the bindings of the run and open its MLflow run, after all who may open one before us."""
        run = self._bound_run(run_params)
        key = _key(run_params)
        if run is None or key in open_runs:  # of two registered hook objects, only the first one acts
            return
        run.check(catalog)
        run.compare(pipeline, catalog, only_missing=bool(run_params.get("only_missing_outputs")))
        with open_runs.kill_if_interrupted(run):
            run.start(catalog, run_params)
        open_runs.add(key, run)
        self._mine[key] = run

    @hook_impl
    def before_node_run(self) -> None:
        """Let a node in a thread of its own log to the MLflow run."""
        for run in self._mine.values():
            run.enter_thread()

    @hook_impl
    def after_dataset_loaded(self, dataset_name: str, data: Any) -> None:
        """See the model's input pass by."""
        for run in self._mine.values():
            run.observe(dataset_name, data, loaded=True)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """See the model's input pass by."""
        for run in self._mine.values():
            run.observe(dataset_name, data, loaded=False)

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self, run_params: dict[str, Any], catalog: Any) -> None:
        """Log the models, while an MLflow run that another plugin opened is still open."""
        run = self._mine.get(_key(run_params))
        if run is None:
            return
        try:
            with open_runs.kill_if_interrupted(run):
                run.finish(catalog)
        finally:
            self._take(run_params)

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any]) -> None:
        """End the MLflow run of a training that failed."""
        run = self._take(run_params)
        if run is not None:
            run.fail(error)

    def _bound_run(self, run_params: dict[str, Any]) -> BoundRun | None:
        module = sys.modules.get("kedro_bind.binding.pipeline_ml")
        if module is None:
            return None  # no pipeline of this process is bound, and nothing of ours that may fail has to be imported
        names = _pipeline_names_of(run_params)
        found = {name: bound_pipeline(name) for name in names}
        bindings = {
            name: each.binding.named(name) for name, each in found.items() if isinstance(each, module.PipelineML)
        }
        if not bindings or self._context is None:
            return None
        from kedro_bind.bound_run import BoundRun
        from kedro_bind.model.origin import origin_of
        from kedro_bind.tracking.config import tracking_config_of

        context = self._context
        return BoundRun(bindings, origin_of(context, names), context, tracking_config_of(context), self._before_session)

    def _take(self, run_params: dict[str, Any]) -> BoundRun | None:
        key = _key(run_params)
        if key in self._mine:
            open_runs.take(key)
        return self._mine.pop(key, None)


def _pipeline_names_of(run_params: Mapping[str, Any]) -> list[str]:
    """Return the names of the pipelines that a run was asked for."""
    single = run_params.get("pipeline_name")
    return list(run_params.get("pipeline_names") or ([single] if single else ["__default__"]))


def _active_run_id() -> str | None:
    """Give the MLflow run that is open, without importing MLflow: where nobody has, none is open."""
    mlflow = sys.modules.get("mlflow")
    active = mlflow.active_run() if mlflow is not None else None
    return str(active.info.run_id) if active is not None else None


def _key(run_params: dict[str, Any]) -> str:
    return str(run_params.get("run_id") or run_params.get("session_id"))


hooks = MlflowPipelineHook()
