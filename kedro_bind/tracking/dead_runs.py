"""End MLflow runs whose process was killed: they would stay RUNNING for ever, with unfinished models."""

from __future__ import annotations

import platform
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kedro_bind.process.owners import ProcessId, has_ended, this_process
from kedro_bind.process.termination import release_frames
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.cleanup import remove_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlflow import MlflowClient
    from mlflow.entities import Run

__all__ = ["PROCESS_TAG", "end_dead_runs", "ended_if_interrupted", "process_tag"]

logger = get_logger(__name__)

PROCESS_TAG = "kedro_bind.process"
"""The process that started or resumed a run: a name for people, then one for `ProcessId.parse`."""
_BINDINGS_TAG = "kedro_bind.bindings"


def process_tag() -> str:
    """Return the value of the tag for this process."""
    process = this_process()
    return f"{process.pid}@{platform.node()} {process}"


def end_dead_runs(experiment_id: str, bindings: Iterable[str], *, except_for: str) -> None:
    """End as KILLED the runs of these bindings whose process is gone, and remove their unfinished models.

    If it can't be determined whether a process is gone, the log names the run. Never raises, so that a new run can
    start in any case.
    """
    import mlflow

    try:
        client = mlflow.MlflowClient()
        condition = f"attributes.status = 'RUNNING' and tags.`{PROCESS_TAG}` LIKE '%'"
        for run in client.search_runs([experiment_id], condition):
            run_bindings = run.data.tags.get(_BINDINGS_TAG, "").split(",")
            if run.info.run_id != except_for and not set(bindings).isdisjoint(run_bindings):
                _end_if_dead(client, run, run_bindings)
    except Exception as error:  # noqa: BLE001 - see the docstring
        logger.warning("kedro_bind: runs of processes that were killed can't be cleaned up: %s", describe_error(error))


@contextmanager
def ended_if_interrupted() -> Iterator[None]:
    """End the run that the block starts as KILLED if the block is interrupted."""
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        import mlflow

        release_frames(error)
        active = mlflow.active_run()
        if active is not None and active.data.tags.get(PROCESS_TAG) == process_tag():
            mlflow.end_run("KILLED")
        raise


def _end_if_dead(client: MlflowClient, run: Run, bindings: Iterable[str]) -> None:
    run_id, (owner, _, process_id) = run.info.run_id, run.data.tags[PROCESS_TAG].rpartition(" ")
    process = ProcessId.parse(process_id)
    ended = has_ended(process) if process is not None else None
    if ended is None:
        logger.info(
            "kedro_bind: the MLflow run %s is RUNNING, started by %s; it is unknown whether that process is gone",
            run_id,
            owner,
        )
    elif ended:
        for binding in bindings:
            remove_unfinished(run_id, binding)
        client.set_terminated(run_id, "KILLED")
        logger.warning(
            "kedro_bind: the MLflow run %s was left RUNNING by process %s, which is gone; it is ended as KILLED",
            run_id,
            owner,
        )
