"""The MLflow run of a bound run: joined, resumed or started, and ended as what happened."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from kedro_bind.environment import set_variable
from kedro_bind.errors import LoggingError
from kedro_bind.own_store import database_in, tell_what_to_ignore
from kedro_bind.patience import patience
from kedro_bind.redaction import get_logger, redact
from kedro_bind.store_errors import said_by
from kedro_bind.tracking.dead_runs import PROCESS_TAG, end_dead_runs, ended_if_interrupted, process_tag
from kedro_bind.tracking.experiment import experiment_id
from kedro_bind.tracking.local_store import BROKEN, make_store
from kedro_bind.tracking.server import connect
from kedro_bind.tracking.tags import ERROR_TAGS, error_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro.framework.context import KedroContext

    from kedro_bind.tracking.config import TrackingConfig

__all__ = ["RunRequest", "TrackedRun", "open_run", "tags_of"]

logger = get_logger(__name__)

_PARENT = "mlflow.parentRunId"


@dataclass(frozen=True)
class RunRequest:
    """What is wanted of a run: names, where nothing else is configured, its tags, and which run to resume.

    `before_session` is the run that was active before the Kedro session began.
    """

    name: str
    experiment: str
    tags: Mapping[str, str] = field(default_factory=dict)
    run_id: str | None = None
    before_session: str | None = None
    bindings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrackedRun:
    """An MLflow run that a bound run logs to.

    `joined` if somebody else opened it: another plugin in this Kedro session, or, with `outlives_session`, who
    called Kedro (an orchestrator, a notebook). `old_errors` are the tags that tell how it failed before it was resumed.
    """

    run_id: str
    joined: bool = False
    outlives_session: bool = False
    old_errors: tuple[str, ...] = ()
    _connection: ExitStack = field(default_factory=ExitStack)
    _thread: int = field(default_factory=threading.get_ident)

    def enter_thread(self) -> None:
        """Let a node that runs in a thread of its own log to this run: MLflow has an active run for each thread."""
        if threading.get_ident() == self._thread:
            return
        import mlflow

        if mlflow.active_run() is None:
            mlflow.start_run(run_id=self.run_id, nested=True)

    def resume(self) -> None:
        """Make this the active run again, whatever the nodes did to it."""
        import mlflow

        active = mlflow.active_run()
        if active is None or active.info.run_id != self.run_id:
            mlflow.start_run(run_id=self.run_id, nested=True)

    def close(self, status: str, error: BaseException | None = None) -> str:
        """End the run, as far as that is ours to do, and say in its tags why it failed.

        Gives what kept it from ending, if anything did.

        Who called Kedro gets the error and ends the run. Another plugin gets no word of an error in a hook of ours,
        or of Ctrl-C, and its run would end as FINISHED: that one ends here if it did not.
        """
        try:
            if not (self.joined and (self.outlives_session or status == "FINISHED")):
                with patience("ending the MLflow run", retries=2):
                    self._end(status, error)
        except Exception as problem:  # noqa: BLE001 - whatever the store says, it must not hide why the run ends
            told = said_by(problem)
            logger.warning("kedro_bind: the MLflow run %s can't be ended as %s: %s", self.run_id, status, told)
            return told
        finally:
            self._connection.close()
        return ""

    def _end(self, status: str, error: BaseException | None) -> None:
        import mlflow
        from mlflow.entities import RunTag

        client = mlflow.MlflowClient()
        ended = False
        # kedro-mlflow resumes its run at each node, so MLflow may hold it as active several times; a node may have
        # left a run open below this one.
        with _unprinted_address():
            while (active := mlflow.active_run()) is not None and self._holds(active):
                mlflow.end_run(status)
                ended = ended or active.info.run_id == self.run_id
        if not ended:  # it is another thread's
            client.set_terminated(self.run_id, status)
        if error is not None:
            client.log_batch(self.run_id, tags=[RunTag(*each) for each in error_tags(error).items()])
        for each in self.old_errors if status == "FINISHED" else ():
            client.delete_tag(self.run_id, each)

    def _holds(self, active: Any) -> bool:
        return self.run_id in (active.info.run_id, active.data.tags.get(_PARENT))


def open_run(wanted: RunRequest, config: TrackingConfig, context: KedroContext) -> TrackedRun:
    """Join the active MLflow run, or resume the one that is wanted or configured; start one where there is none.

    Raises:
        LoggingError: the store can't be reached, or refuses; or what is configured can't be had.
    """
    try:
        with patience("opening an MLflow run", retries=2):
            return _joined(wanted, config) or _opened(wanted, config, context)
    except LoggingError:
        raise
    except Exception as error:
        unknown = wanted.run_id and getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST"
        raise LoggingError(f"no MLflow run can be started: {_explained(said_by(error), unknown=unknown)}") from error


def tags_of(run_id: str | None, config: TrackingConfig, context: KedroContext) -> dict[str, str]:
    """Return the tags of the run that is to be resumed; none where there is no such run, which `open_run` tells."""
    import mlflow

    run_id = run_id or os.environ.get("MLFLOW_RUN_ID") or config.mlflow.tracking.run.id
    if run_id is None:
        return {}
    try:
        with connect(config.mlflow.server, context):
            return dict(mlflow.get_run(run_id).data.tags)
    except Exception as error:  # noqa: BLE001 - the same will be met, and told, when the run is opened
        logger.debug("kedro_bind: the MLflow run %s can't be read: %s", run_id, said_by(error))
        return {}


def _explained(problem: str, *, unknown: Any) -> str:
    """Say what is wrong with the store, and what to do about it."""
    import mlflow

    uri = mlflow.get_tracking_uri()
    if unknown:
        return f"{problem}; see whether the id is that of a run of this store and MLFLOW_TRACKING_URI is right"
    if uri.startswith("sqlite:") and any(each in problem for each in BROKEN):
        return f"the store {uri} is broken: {problem}; move that file away, and the next run makes a new one"
    if urlparse(uri).scheme in ("http", "https"):
        return f"{problem}; see whether the tracking server runs and MLFLOW_TRACKING_URI is right"
    return f"{problem}; the store is {uri}"


def _joined(wanted: RunRequest, config: TrackingConfig) -> TrackedRun | None:
    import mlflow

    active = mlflow.active_run()
    if active is None or wanted.run_id not in (None, active.info.run_id):
        return None
    run_id = active.info.run_id
    if config.declared:
        logger.info(
            "kedro_bind: the MLflow run %s is active already, so 'server', 'experiment' and 'run' of mlflow.yml do not "
            "count",
            run_id,
        )
    # What another plugin has written there stays.
    there = {} if wanted.tags == {} else mlflow.get_run(run_id).data.tags
    tags = {key: each for key, each in wanted.tags.items() if key.startswith("kedro_bind.") or key not in there}
    mlflow.MlflowClient().log_batch(run_id, tags=_as_tags(tags))
    return TrackedRun(run_id, joined=True, outlives_session=run_id == wanted.before_session)


def _opened(wanted: RunRequest, config: TrackingConfig, context: KedroContext) -> TrackedRun:
    import mlflow

    settings = config.mlflow.tracking
    with ExitStack() as stack:
        stack.enter_context(connect(config.mlflow.server, context))
        uri = mlflow.get_tracking_uri()
        database = database_in(context.project_path, uri)
        is_new = make_store(uri)
        if config.declared and settings.disable_tracking.disable_autologging:
            mlflow.autolog(disable=True)
        run_id = wanted.run_id or (None if os.environ.get("MLFLOW_RUN_ID") else settings.run.id)
        resumed = run_id or os.environ.get("MLFLOW_RUN_ID")
        # Who has set MLFLOW_RUN_ID may have other processes that log to that run: it is not ours to end if we are gone.
        owner = {} if resumed and not run_id else {PROCESS_TAG: process_tag()}
        experiment = None if resumed else experiment_id(settings.experiment, wanted.experiment, context.project_path)
        with ended_if_interrupted():
            run = mlflow.start_run(
                run_id=run_id,
                experiment_id=experiment,
                run_name=None if resumed else settings.run.name or wanted.name,
                nested=settings.run.nested,
                tags={**wanted.tags, **owner},
            )
            if database is not None and is_new:
                tell_what_to_ignore(context.project_path, database)
            end_dead_runs(run.info.experiment_id, wanted.bindings, except_for=run.info.run_id)
            errors = tuple(each for each in run.data.tags if each in ERROR_TAGS)
            return TrackedRun(run.info.run_id, old_errors=errors, _connection=stack.pop_all())
    raise AssertionError  # an ExitStack swallows nothing here


@contextmanager
def _unprinted_address() -> Iterator[None]:
    """Keep MLflow from printing the address of the run if it has credentials in it."""
    import mlflow

    uri, name = mlflow.get_tracking_uri(), "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"
    if redact(uri) == uri:
        yield
        return
    give_back = set_variable(name, "true")
    try:
        yield
    finally:
        give_back()


def _as_tags(tags: Mapping[str, str]) -> list[Any]:
    from mlflow.entities import RunTag

    return [RunTag(key, value) for key, value in tags.items()]
