"""What an MLflow store has, in whichever experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient


def experiment_ids(client: MlflowClient) -> list[str]:
    """Return the ids of all experiments."""
    return [experiment.experiment_id for experiment in client.search_experiments()]


def all_models(client: MlflowClient) -> list[Any]:
    """Return all logged models, the newest first; MLflow returns a hundred at a time."""
    experiments = experiment_ids(client)
    page = client.search_logged_models(experiments)
    found = list(page)
    while page.token:
        page = client.search_logged_models(experiments, page_token=page.token)
        found += page
    return found
