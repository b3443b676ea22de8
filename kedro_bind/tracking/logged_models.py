"""The models that an MLflow run has logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlflow.entities import LoggedModel

__all__ = ["models_of_run"]


def models_of_run(run_id: str) -> Sequence[LoggedModel]:
    """Return the logged models of a run, the newest first."""
    import mlflow

    client = mlflow.MlflowClient()
    experiment = client.get_run(run_id).info.experiment_id
    return client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'")
