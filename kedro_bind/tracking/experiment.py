"""The MLflow experiment of a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.names import folder_name
from kedro_bind.own_store import FILES, database_in
from kedro_bind.redaction import get_logger, redact_value
from kedro_bind.tracking.server import resolved_uri

if TYPE_CHECKING:
    from pathlib import Path

    from conf_schema.mlflow import Experiment

__all__ = ["experiment_id"]

logger = get_logger(__name__)


def experiment_id(options: Experiment, default_name: str, project_path: Path) -> str | None:
    """Return the id of the experiment, created or restored as configured; `None` if the environment names one.

    Raises:
        LoggingError: the experiment is deleted, and is not to be restored.
    """
    import mlflow

    if os.environ.get("MLFLOW_EXPERIMENT_ID") or os.environ.get("MLFLOW_EXPERIMENT_NAME"):
        if options.name:
            logger.info("kedro_bind: 'tracking.experiment' in mlflow.yml is ignored, since the environment names one")
        return None
    name = options.name or default_name
    existing = mlflow.get_experiment_by_name(name)
    if existing is None:
        return _created(name, options, project_path)
    if existing.lifecycle_stage == "deleted":
        if not options.restore_if_deleted:
            raise LoggingError(
                f"the MLflow experiment '{name}' is deleted; restore it, name another with 'tracking.experiment.name'"
                " in mlflow.yml, or set 'restore_if_deleted: true' there"
            )
        mlflow.MlflowClient().restore_experiment(existing.experiment_id)
        logger.info("kedro_bind: the MLflow experiment '%s' was deleted, and is restored", name)
    return str(existing.experiment_id)


def _created(name: str, options: Experiment, project_path: Path) -> str:
    import mlflow
    from mlflow.exceptions import MlflowException

    arguments = options.create_experiment_kwargs
    location = _location(name, arguments.artifact_location, project_path)
    tags: dict[str, Any] = {key: str(redact_value(value, key)) for key, value in (arguments.tags or {}).items()}
    try:
        return str(mlflow.create_experiment(name, location, tags or None))
    except MlflowException:
        existing = mlflow.get_experiment_by_name(name)  # another run may have created it in the meantime
        if existing is None:
            raise
        return str(existing.experiment_id)


def _location(name: str, configured: str | None, project_path: Path) -> str | None:
    """Return the location of an experiment's files; that of a store in the project's folder is this folder, too.

    MLflow's own default for such a store depends on the working directory.
    """
    import mlflow

    if configured is not None:
        return resolved_uri(configured, project_path)
    own = database_in(project_path, mlflow.get_tracking_uri())
    return (project_path / FILES / folder_name(name)).as_uri() if own else None
