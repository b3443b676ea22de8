"""Kedro's hooks: when something is done. What is done is in `kedro_bind.install` and the phases of a bound run.

A process may have several runs at once, in threads. What tells them apart is the catalog: each run has its own, and
every hook of a run gets it. Ids of runs don't: Kedro makes them of the time, to the millisecond.
"""

from __future__ import annotations

import inspect
import logging
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro.framework.hooks import hook_impl

from kedro_bind.install import bound_pipeline, install, use_loader
from kedro_bind.lending import enter_process
from kedro_bind.open_runs import open_runs
from kedro_bind.plugin import warn_left_out
from kedro_bind.redaction import get_logger, redacting, redaction_of
from kedro_bind.termination import termination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

    from kedro_bind.bound_run import BoundRun

__all__ = ["MlflowPipelineHook", "hooks"]

logger = get_logger(__name__)

if logging.getLogger("kedro_bind").level == logging.NOTSET:
    # Kedro's default logging shows INFO of `kedro` alone; a project's own logging.yml has been applied by now.
    logging.getLogger("kedro_bind").setLevel(logging.INFO)

# Kedro imports this module when it makes a session, before it asks for the first pipeline.
install()


class _Session(NamedTuple):
    """What a run needs of its session, and Kedro hands to no hook of the run."""

    context: KedroContext
    active_run_id: str | None


_session: ContextVar[_Session | None] = ContextVar("kedro_bind_session", default=None)
"""The session whose context was made last in this thread: Kedro makes one for each run, in the run's own thread."""


class MlflowPipelineHook:
    """Logs each bound pipeline of a run to MLflow as a model.

    Kedro registers one by itself where kedro-bind is installed; put one into `HOOKS` of `settings.py` only
    where plugins are switched off.
    """

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Let the session's environment decide which document counts, before anything loads pipelines."""
        open_runs.end_interrupted()
        _session.set(_Session(context, _active_run_id()))
        with redacting(redaction_of(context.config_loader)):
            try:
                use_loader(context.config_loader, context.project_path)
            except Exception as error:  # noqa: BLE001 - a command that has nothing to do with us must not fail
                warn_left_out(error)

    @hook_impl(trylast=True)
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Any) -> None:
        """Check the bindings of the run and open its MLflow run, after all who may open one before us."""
        bound = _bound_run(run_params)
        if bound is None or open_runs.of(catalog):  # of two registered hook objects, only the first one acts
            return
        from kedro_bind.bound_run import check
        from kedro_bind.run_start import start

        checked = check(bound, pipeline, catalog, only_missing=bool(run_params.get("only_missing_outputs")))
        with termination.kept_if_done() as watch:
            open_runs.add(catalog, start(checked, catalog, run_params), watch)

    @hook_impl
    def before_node_run(self, catalog: Any, inputs: dict[str, Any]) -> None:
        """See the model's input pass by, and let a node in a thread or process of its own log to the MLflow run."""
        termination.raise_if_received()
        run = open_runs.of(catalog)
        if run is None:
            enter_process(catalog)
        else:
            if run.tracked is not None:
                run.tracked.enter_thread()
            run.observed.see_loaded(inputs, catalog)

    @hook_impl
    def after_node_run(self, node: Node, catalog: Any, outputs: dict[str, Any]) -> None:
        """See the model's input pass by."""
        termination.raise_if_received()
        run = open_runs.of(catalog)
        if run is not None:
            run.observed.see_saved(outputs, in_chunks=inspect.isgeneratorfunction(node.func))

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self, catalog: Any) -> None:
        """Log the models, while an MLflow run that another plugin opened is still open."""
        run = open_runs.of(catalog)
        if run is None:
            return
        from kedro_bind.run_end import finish

        try:
            with open_runs.kill_if_interrupted(run):
                termination.raise_if_received()
                finish(run, catalog)
        finally:
            open_runs.take(catalog)

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self, error: Exception, catalog: Any) -> None:
        """End the MLflow run of a training that failed."""
        run = open_runs.of(catalog)
        if run is None:
            return
        from kedro_bind.run_end import fail

        try:
            with open_runs.kill_if_interrupted(run):
                fail(run, error)
        finally:
            open_runs.take(catalog)


def _bound_run(run_params: dict[str, Any]) -> BoundRun | None:
    session, module = _session.get(), sys.modules.get("kedro_bind.binding.pipeline_ml")
    if session is None or module is None:
        return None  # no pipeline of this process is bound, and nothing of ours that may fail has to be imported
    names = _pipeline_names_of(run_params)
    found = {name: bound_pipeline(name) for name in names}
    bindings = {name: each.binding.named(name) for name, each in found.items() if isinstance(each, module.PipelineML)}
    if not bindings:
        return None
    from kedro_bind.bound_run import BoundRun
    from kedro_bind.model.origin import origin_of
    from kedro_bind.tracking.config import tracking_config_of

    context = session.context
    return BoundRun(bindings, origin_of(context, names), context, tracking_config_of(context), session.active_run_id)


def _pipeline_names_of(run_params: Mapping[str, Any]) -> list[str]:
    """Return the names of the pipelines that a run was asked for."""
    single = run_params.get("pipeline_name")
    return list(run_params.get("pipeline_names") or ([single] if single else ["__default__"]))


def _active_run_id() -> str | None:
    """Return the MLflow run that is open, without importing MLflow: where nobody has, none is open."""
    mlflow = sys.modules.get("mlflow")
    active = mlflow.active_run() if mlflow is not None else None
    return str(active.info.run_id) if active is not None else None


hooks = MlflowPipelineHook()
