"""The MLflow run of a bound run while it is open, and its end."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.process.environment import set_variable
from kedro_bind.redaction import get_logger, redact
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.retries import retrying
from kedro_bind.tracking.run_tags import error_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TrackedRun"]

logger = get_logger(__name__)

_PARENT = "mlflow.parentRunId"


@dataclass(frozen=True)
class TrackedRun:
    """An MLflow run that a bound run logs to.

    It is `joined` if other code opened it: another plugin in this Kedro session, or, with `outlives_session`, the
    caller of Kedro (an orchestrator, a notebook). `old_errors` are the tags with the error that it had before it was
    resumed.
    """

    run_id: str
    joined: bool = False
    outlives_session: bool = False
    old_errors: tuple[str, ...] = ()
    _connection: ExitStack = field(default_factory=ExitStack)
    _thread: int = field(default_factory=threading.get_ident)

    def enter_thread(self) -> None:
        """Let a node that runs in another thread log to this run: MLflow has an active run for each thread."""
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
        """End the run, unless other code has to, and record in its tags why it failed.

        The caller of Kedro gets the error and ends its own run. Another plugin is not informed of an error in one of
        our hooks, or of Ctrl-C, and would end its run as FINISHED, so that run is ended here unless it succeeded.

        Returns:
            The reason why the run could not be ended, or an empty string.
        """
        try:
            if not (self.joined and (self.outlives_session or status == "FINISHED")):
                with retrying("ending the MLflow run", retries=2):
                    self._end(status, error)
        except Exception as problem:  # noqa: BLE001 - whatever the store raises must not hide why the run ends
            reason = describe_error(problem)
            logger.warning("kedro_bind: the MLflow run %s can't be ended as %s: %s", self.run_id, status, reason)
            return reason
        finally:
            self._connection.close()
        return ""

    def _end(self, status: str, error: BaseException | None) -> None:
        import mlflow
        from mlflow.entities import RunTag

        client = mlflow.MlflowClient()
        ended = False
        # kedro-mlflow resumes its run at each node, so it may be active in MLflow several times; a node may have
        # left a nested run open.
        with _unprinted_address():
            while (active := mlflow.active_run()) is not None and self._contains(active):
                mlflow.end_run(status)
                ended = ended or active.info.run_id == self.run_id
        if not ended:  # it is active in another thread
            client.set_terminated(self.run_id, status)
        if error is not None:
            client.log_batch(self.run_id, tags=[RunTag(*tag) for tag in error_tags(error).items()])
        for tag in self.old_errors if status == "FINISHED" else ():
            client.delete_tag(self.run_id, tag)

    def _contains(self, active: Any) -> bool:
        return self.run_id in (active.info.run_id, active.data.tags.get(_PARENT))


@contextmanager
def _unprinted_address() -> Iterator[None]:
    """Keep MLflow from printing the address of the run if it contains credentials."""
    import mlflow

    uri, name = mlflow.get_tracking_uri(), "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"
    if redact(uri) == uri:
        yield
        return
    restore = set_variable(name, "true")
    try:
        yield
    finally:
        restore()
