"""The MLflow store and run of a bound run."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.redact import without_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TrackedRun", "active_run_id", "log_parameters", "open_run", "use_default_store"]

logger = logging.getLogger(__name__)

_MOST_CHARACTERS = 6000
"""MLflow's limit for the value of a parameter (`MAX_PARAM_VAL_LENGTH`)."""


@dataclass(frozen=True)
class TrackedRun:
    """An MLflow run that a bound run logs to.

    `joined` if somebody else opened it: another plugin in this Kedro session, or, with `outlives_session`, who
    called Kedro (an orchestrator, a notebook).
    """

    run_id: str
    joined: bool = False
    outlives_session: bool = False

    def close(self, status: str) -> None:
        """End the run, as far as that is ours to do.

        Who called Kedro gets the error and ends the run. Another plugin gets no word of an error in a hook
        of ours, and its run would end as FINISHED: that one ends here if it failed.
        """
        import mlflow

        if self.joined and (self.outlives_session or status != "FAILED"):
            return
        try:
            # kedro-mlflow resumes its run at each node, so MLflow may hold it as active several times.
            while (active := mlflow.active_run()) is not None and active.info.run_id == self.run_id:
                mlflow.end_run(status)
        except Exception as error:  # noqa: BLE001 - whatever the store says, it must not hide why the run ends
            logger.warning("kedro_bind: the MLflow run %s can't be ended as %s: %s", self.run_id, status, _told(error))


def active_run_id() -> str | None:
    """Give the MLflow run that is open, without importing MLflow: where nobody has, none is open."""
    mlflow = sys.modules.get("mlflow")
    active = mlflow.active_run() if mlflow is not None else None
    return str(active.info.run_id) if active is not None else None


def use_default_store(project_path: Path) -> None:
    """Log into the project's folder where nobody has said otherwise.

    MLflow's own default depends on the working directory.
    """
    import mlflow

    told = os.environ.get("MLFLOW_TRACKING_URI") or mlflow.is_tracking_uri_set()  # type: ignore[no-untyped-call]  # so in MLflow
    if not told:
        mlflow.set_tracking_uri(f"sqlite:///{(project_path / 'mlflow.db').as_posix()}")


def open_run(
    run_name: str,
    experiment_name: str,
    project_path: Path,
    *,
    run_id: str | None = None,
    before_session: str | None = None,
) -> TrackedRun:
    """Join the active MLflow run, or resume `run_id` (or MLFLOW_RUN_ID); start one where there is none.

    `before_session` is the run that was active before the Kedro session began.

    Raises:
        LoggingError: the store can't be reached, or refuses.
    """
    try:
        return _open(run_name, experiment_name, project_path, run_id, before_session)
    except Exception as error:
        raise LoggingError(
            f"no MLflow run can be started: {_told(error)}"
            "; see whether the tracking server runs and MLFLOW_TRACKING_URI is right"
        ) from error


def _open(
    run_name: str, experiment_name: str, project_path: Path, run_id: str | None, before_session: str | None
) -> TrackedRun:
    import mlflow

    active = mlflow.active_run()
    if active is not None and run_id in (None, active.info.run_id):
        return TrackedRun(active.info.run_id, joined=True, outlives_session=active.info.run_id == before_session)
    use_default_store(project_path)
    if run_id or os.environ.get("MLFLOW_RUN_ID"):
        return TrackedRun(mlflow.start_run(run_id=run_id).info.run_id)
    run = mlflow.start_run(experiment_id=_experiment(experiment_name, project_path), run_name=run_name)
    return TrackedRun(run.info.run_id)


def log_parameters(parameters: Mapping[str, Any]) -> None:
    """Log the parameters of training, mappings flattened (`model.depth`), long values cut."""
    import mlflow
    from mlflow.exceptions import MlflowException

    flat = {key: str(value)[:_MOST_CHARACTERS] for key, value in _flat(parameters)}
    try:
        mlflow.log_params(flat)
    except MlflowException as error:
        # In a joined run, somebody else may have logged one of these names with another value.
        logger.warning("kedro_bind: the parameters of training are not in the MLflow run: %s", error.message)


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in parameters.items():
        name = f"{prefix}{key}"
        pairs += _flat(value, f"{name}.") if isinstance(value, dict) and value else [(name, value)]
    return pairs


def _experiment(name: str, project_path: Path) -> str | None:
    """Give the experiment's id; one that has to be made in the project's own store keeps its files there too."""
    import mlflow

    if os.environ.get("MLFLOW_EXPERIMENT_ID") or os.environ.get("MLFLOW_EXPERIMENT_NAME"):
        return None
    found = mlflow.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    own = mlflow.get_tracking_uri() == f"sqlite:///{(project_path / 'mlflow.db').as_posix()}"
    location = (project_path / "mlartifacts" / name).as_uri() if own else None
    return str(mlflow.create_experiment(name, artifact_location=location))


def _told(error: Exception) -> str:
    return without_credentials(" ".join(str(error).split()))[:500]
