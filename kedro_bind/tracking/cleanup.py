"""Remove unfinished models from an MLflow run."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kedro_bind.process.termination import release_frames
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.logged_models import models_of_run
from kedro_bind.tracking.registration import REGISTERED_NAME_TAG, VERSIONS_TAG, remove_pending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

__all__ = ["remove_unfinished", "removed_on_error"]

logger = get_logger(__name__)


@contextmanager
def removed_on_error(run_id: str, model_name: str, model_id: Callable[[], str | None]) -> Iterator[None]:
    """Remove a model from the run if logging it fails; `model_id` returns its id once it is known.

    A registered model stays: an interruption, or a response that is lost, may come when its version is in use already.
    If the store can't be reached, the model stays in the run until `remove_unfinished`.
    """
    try:
        yield
    except BaseException as error:
        release_frames(error)
        _remove(
            run_id,
            lambda model: model.name == model_name and (model.status != "READY" or model.model_id == model_id()),
        )
        raise


def remove_unfinished(run_id: str, binding: str) -> None:
    """Remove from a run what an earlier attempt to log a binding left unfinished.

    That is pending versions of a registered model, models that are not READY, and models that are READY but were to be
    registered and are not.
    """
    removed: set[tuple[str, str]] = set()

    def unregistered(model: LoggedModel) -> bool:
        links = json.loads(model.tags.get(VERSIONS_TAG) or "[]")
        versions = {(str(link["name"]), str(link["version"])) for link in links}
        return REGISTERED_NAME_TAG in model.tags and versions <= removed

    def unfinished(model: LoggedModel) -> bool:
        ours = model.tags.get("kedro_bind.binding") == binding
        return ours and (model.status != "READY" or unregistered(model))

    _attempt(run_id, lambda client: removed.update(remove_pending(client, run_id, binding)))
    _remove(run_id, unfinished)


def _remove(run_id: str, condition: Callable[[LoggedModel], bool]) -> None:
    """Remove the models of a run that fulfill a condition and have no registered version."""

    def step(client: MlflowClient) -> None:
        unwanted = [model for model in models_of_run(run_id) if condition(model)]
        versions = client.search_model_versions(f"run_id = '{run_id}'") if unwanted else []
        registered = {version.source for version in versions}
        for model in unwanted:
            if model.model_uri not in registered:
                client.delete_logged_model(model.model_id)

    _attempt(run_id, step)


def _attempt(run_id: str, step: Callable[[MlflowClient], object]) -> None:
    import mlflow

    try:
        step(mlflow.MlflowClient())
    except Exception as error:  # noqa: BLE001 - it must neither hide why logging failed nor make it fail
        logger.warning(
            "kedro_bind: unfinished models of the MLflow run %s can't be removed: %s", run_id, describe_error(error)
        )
