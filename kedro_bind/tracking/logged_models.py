"""Logged models of MLflow: those of a run, and the metrics of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlflow.entities import LoggedModel, Metric

__all__ = ["latest_metrics", "models_of_run"]


def models_of_run(run_id: str) -> Sequence[LoggedModel]:
    """Return the logged models of a run, the newest first."""
    import mlflow

    client = mlflow.MlflowClient()
    experiment = client.get_run(run_id).info.experiment_id
    return client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'")


def latest_metrics(model: LoggedModel) -> list[Metric]:
    """Return the metrics of a logged model, those that were logged last at the end."""
    return sorted(model.metrics or [], key=lambda metric: metric.timestamp)
