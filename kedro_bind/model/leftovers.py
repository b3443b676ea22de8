"""Logged models that never got done, and their removal from an MLflow run."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedro_bind.model.registration import REGISTERED_NAME_TAG, VERSIONS_TAG, remove_pending
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import said_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

__all__ = ["Attempt", "remove_leftovers", "undone_on_error"]

logger = get_logger(__name__)


@dataclass
class Attempt:
    """The logging of a model: its id as soon as it is known."""

    model_id: str | None = None


@contextmanager
def undone_on_error(run_id: str, model_name: str) -> Iterator[Attempt]:
    """Remove from the run what a logging that fails has made of a model.

    Where the store is gone, the model stays behind, with the run, until `remove_leftovers`.
    """
    attempt = Attempt()
    try:
        yield attempt
    except BaseException:
        _remove(
            run_id,
            lambda each: each.name == model_name and (each.status != "READY" or each.model_id == attempt.model_id),
        )
        raise


def remove_leftovers(run_id: str, binding: str) -> None:
    """Remove from a run what an earlier logging of a binding left there, half done.

    Those are versions of a registered model that are pending, models that are not READY, and a READY one that was to be
    registered, and is not.
    """
    removed: set[tuple[str, str]] = set()

    def unregistered(model: LoggedModel) -> bool:
        links = json.loads(model.tags.get(VERSIONS_TAG) or "[]")
        versions = {(str(each["name"]), str(each["version"])) for each in links}
        return REGISTERED_NAME_TAG in model.tags and versions <= removed

    def half_done(model: LoggedModel) -> bool:
        ours = model.tags.get("kedro_bind.binding") == binding
        return ours and (model.status != "READY" or unregistered(model))

    _attempt(run_id, lambda client: removed.update(remove_pending(client, run_id, binding)))
    _remove(run_id, half_done)


def _remove(run_id: str, condition: Callable[[LoggedModel], bool]) -> None:
    def step(client: MlflowClient) -> None:
        experiment = client.get_run(run_id).info.experiment_id
        for each in client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'"):
            if condition(each):
                client.delete_logged_model(each.model_id)

    _attempt(run_id, step)


def _attempt(run_id: str, step: Callable[[MlflowClient], object]) -> None:
    import mlflow

    try:
        step(mlflow.MlflowClient())
    except Exception as error:  # noqa: BLE001 - it must not hide why logging failed, nor keep it from succeeding
        logger.warning(
            "kedro_bind: what is half logged in the MLflow run %s can't be removed: %s", run_id, said_by(error)
        )
