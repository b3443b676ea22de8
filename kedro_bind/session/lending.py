"""Lend the MLflow run of a bound run to nodes that run in processes of their own.

MLflow does not pass its active run on to other processes; a node's process takes it from its environment. The run's id
travels with the catalog, which Kedro passes to each of these processes. An environment variable of this process would
apply to every other run in it, too.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

__all__ = ["enter_process", "lend"]

_ATTRIBUTE = "_kedro_bind_lent"


class _Lent(NamedTuple):
    run_id: str
    tracking_uri: str
    process: int


def lend(run_id: str, catalog: Any) -> None:
    """Let the processes that receive this catalog log to an MLflow run."""
    import mlflow

    setattr(catalog, _ATTRIBUTE, _Lent(run_id, mlflow.get_tracking_uri(), os.getpid()))


def enter_process(catalog: Any) -> None:
    """Let this process log to the MLflow run that was lent with a catalog, unless it is the process that lent it."""
    lent = getattr(catalog, _ATTRIBUTE, None)
    if lent is not None and lent.process != os.getpid():
        os.environ.update({"MLFLOW_RUN_ID": lent.run_id, "MLFLOW_TRACKING_URI": lent.tracking_uri})
