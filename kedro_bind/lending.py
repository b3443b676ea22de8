"""The MLflow run of a bound run, for nodes that run in processes of their own.

MLflow hands its active run to no other process; a node's takes it from its environment. It travels with the run's
catalog, which Kedro hands to each of these processes: an environment variable of this process would count for every
other run in it.
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
    """Let the processes that get this catalog log to an MLflow run."""
    import mlflow

    setattr(catalog, _ATTRIBUTE, _Lent(run_id, mlflow.get_tracking_uri(), os.getpid()))


def enter_process(catalog: Any) -> None:
    """Let this process log to the run that was lent with a catalog, if it is another process."""
    lent = getattr(catalog, _ATTRIBUTE, None)
    if lent is not None and lent.process != os.getpid():
        os.environ.update({"MLFLOW_RUN_ID": lent.run_id, "MLFLOW_TRACKING_URI": lent.tracking_uri})
