"""Kedro's hooks, which decide when each phase of a bound run happens; the phases are in `kedro_bind.session`.

A process may have several runs at once, in threads. They are told apart by their catalogs: each run has its own, and
every hook of a run gets it. The ids of runs are times to the millisecond, which may be equal.
"""

from __future__ import annotations

import inspect
import logging
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro.framework.hooks import hook_impl

from kedro_bind.plugin import warn_left_out
from kedro_bind.process.termination import termination
from kedro_bind.redaction import get_logger, redacting, redaction_of
from kedro_bind.session.install import bound_pipeline, install, use_loader
from kedro_bind.session.lending import enter_process
from kedro_bind.session.open_runs import open_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

    from kedro_bind.session.bound_run import BoundRun

__all__ = ["MlflowPipelineHook", "hooks"]

logger = get_logger(__name__)

if logging.getLogger("kedro_bind").level == logging.NOTSET:
    # Kedro's default logging shows INFO only from `kedro`; a project's own logging.yml has been applied by now.
    logging.getLogger("kedro_bind").setLevel(logging.INFO)

# Kedro imports this module when it creates a session, before it loads the first pipeline.
install()


class _Session(NamedTuple):
    """What a run needs from its session, and Kedro passes to none of the run's hooks."""

    context: KedroContext
    active_run_id: str | None


_session: ContextVar[_Session | None] = ContextVar("kedro_bind_session", default=None)
"""The session whose context was created last in this thread. Kedro creates one for each run, in the run's thread."""


class MlflowPipelineHook:
    """Logs each bound pipeline of a run to MLflow as a model.

    Kedro registers one wherever kedro-bind is installed; add one to `HOOKS` in `settings.py` only where plugins are
    disabled.
    """

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Read the document of the session's environment, before anything loads pipelines."""
        open_runs.end_interrupted()
        _session.set(_Session(context, _active_run_id()))
        with redacting(redaction_of(context.config_loader)):
            try:
                use_loader(context.config_loader, context.project_path)
            except Exception as error:  # noqa: BLE001 - commands that do not use kedro_bind must not fail
                warn_left_out(error)

    @hook_impl
    def after_catalog_created(self, catalog: Any, conf_catalog: dict[str, Any]) -> None:
        """Let the logged models in the catalog be loaded from the project's MLflow store."""
        session = _session.get()
        if session is None:
            return
        with redacting(redaction_of(session.context.config_loader)):
            try:
                from kedro_bind.datasets import connect_models

                connect_models(catalog, conf_catalog, session.context)
            except Exception as error:  # noqa: BLE001 - as above
                warn_left_out(error)

    @hook_impl(trylast=True)
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Any) -> None:
        """Check the bindings of the run and open its MLflow run, after other plugins that may open one."""
        bound = _bound_run(run_params)
        if bound is None or open_runs.of(catalog):  # if two hook objects are registered, only the first one acts
            return
        from kedro_bind.session.bound_run import check
        from kedro_bind.session.run_start import start

        checked = check(bound, pipeline, catalog, only_missing=bool(run_params.get("only_missing_outputs")))
        with termination.kept_if_done() as watch:
            open_runs.add(catalog, start(checked, catalog, run_params), watch)

    @hook_impl
    def before_node_run(self, catalog: Any, inputs: dict[str, Any]) -> None:
        """Observe the model's input, and let nodes in other threads or processes log to the MLflow run."""
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
        """Observe the model's input."""
        termination.raise_if_received()
        run = open_runs.of(catalog)
        if run is not None:
            run.observed.see_saved(outputs, catalog, in_chunks=inspect.isgeneratorfunction(node.func))

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self, catalog: Any) -> None:
        """Log the models, before another plugin ends the MLflow run that it opened."""
        run = open_runs.of(catalog)
        if run is None:
            return
        from kedro_bind.session.run_end import finish

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
        from kedro_bind.session.run_end import fail

        try:
            with open_runs.kill_if_interrupted(run):
                fail(run, error)
        finally:
            open_runs.take(catalog)


def _bound_run(run_params: dict[str, Any]) -> BoundRun | None:
    session, module = _session.get(), sys.modules.get("kedro_bind.binding.pipeline_ml")
    if session is None or module is None:
        return None  # no pipeline of this process is bound: import nothing that may fail
    names = _pipeline_names_of(run_params)
    found = {name: bound_pipeline(name) for name in names}
    bindings = {name: made.binding.named(name) for name, made in found.items() if isinstance(made, module.PipelineML)}
    if not bindings:
        return None
    from kedro_bind.config.mlflow import tracking_config_of
    from kedro_bind.project import origin_of
    from kedro_bind.session.bound_run import BoundRun

    context = session.context
    return BoundRun(bindings, origin_of(context, names), context, tracking_config_of(context), session.active_run_id)


def _pipeline_names_of(run_params: Mapping[str, Any]) -> list[str]:
    """Return the names of the requested pipelines."""
    single = run_params.get("pipeline_name")
    return list(run_params.get("pipeline_names") or ([single] if single else ["__default__"]))


def _active_run_id() -> str | None:
    """Return the id of the open MLflow run, if any, without importing MLflow: no run is open before that."""
    mlflow = sys.modules.get("mlflow")
    active = mlflow.active_run() if mlflow is not None else None
    return str(active.info.run_id) if active is not None else None


hooks = MlflowPipelineHook()
