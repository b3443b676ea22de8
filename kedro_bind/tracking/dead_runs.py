"""MLflow runs whose process was killed: they are RUNNING for ever, with what it left half done."""

from __future__ import annotations

import platform
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kedro_bind.processes import ProcessId, has_ended, this_process
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import said_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlflow import MlflowClient
    from mlflow.entities import Run

__all__ = ["PROCESS_TAG", "end_dead_runs", "ended_if_interrupted", "process_tag"]

logger = get_logger(__name__)

PROCESS_TAG = "kedro_bind.process"
"""The process that has started a run, or resumed it: a name for people, and one for `ProcessId.parse`."""
_BINDINGS_TAG = "kedro_bind.bindings"


def process_tag() -> str:
    """Return the value of the tag for this process."""
    process = this_process()
    return f"{process.pid}@{platform.node()} {process}"


def end_dead_runs(experiment_id: str, bindings: Iterable[str], *, except_for: str) -> None:
    """End the runs of these bindings whose process is gone, as KILLED, and remove what is half done there.

    Where nothing here can tell whether a process is gone, a line in the log names the run. Never raises: it must not
    keep a run from starting.
    """
    import mlflow

    try:
        client = mlflow.MlflowClient()
        where = f"attributes.status = 'RUNNING' and tags.`{PROCESS_TAG}` LIKE '%'"
        for run in client.search_runs([experiment_id], where):
            its_bindings = run.data.tags.get(_BINDINGS_TAG, "").split(",")
            if run.info.run_id != except_for and not set(bindings).isdisjoint(its_bindings):
                _end_if_dead(client, run, its_bindings)
    except Exception as error:  # noqa: BLE001 - see above
        logger.warning("kedro_bind: runs of processes that were killed can't be cleaned up: %s", said_by(error))


@contextmanager
def ended_if_interrupted() -> Iterator[None]:
    """End the run that MLflow is starting here as KILLED if that is interrupted."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        import mlflow

        active = mlflow.active_run()
        if active is not None and active.data.tags.get(PROCESS_TAG) == process_tag():
            mlflow.end_run("KILLED")
        raise


def _end_if_dead(client: MlflowClient, run: Run, bindings: Iterable[str]) -> None:
    from kedro_bind.model.leftovers import remove_leftovers

    run_id, (who, _, name) = run.info.run_id, run.data.tags[PROCESS_TAG].rpartition(" ")
    process = ProcessId.parse(name)
    ended = has_ended(process) if process is not None else None
    if ended is None:
        logger.info(
            "kedro_bind: the MLflow run %s is RUNNING, started by %s; whether that process is gone can't be told here",
            run_id,
            who,
        )
    elif ended:
        for binding in bindings:
            remove_leftovers(run_id, binding)
        client.set_terminated(run_id, "KILLED")
        logger.warning(
            "kedro_bind: the MLflow run %s was left RUNNING by process %s, which is gone; it is ended as KILLED",
            run_id,
            who,
        )
