"""Logged models that never got done, and their removal from an MLflow run."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedro_bind.store_errors import said_by

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Attempt", "remove_unfinished", "undone_on_error"]

logger = logging.getLogger(__name__)


@dataclass
class Attempt:
    """The logging of a model: its id as soon as it is known."""

    model_id: str | None = None


@contextmanager
def undone_on_error(run_id: str, model_name: str) -> Iterator[Attempt]:
    """Remove from the run what a logging that fails has made of a model.

    Where the store is gone, the model stays behind as PENDING or FAILED, with the run, until `remove_unfinished`.
    """
    attempt = Attempt()
    try:
        yield attempt
    except BaseException:
        try:
            remove_unfinished(run_id, model_name, attempt.model_id)
        except Exception as error:  # noqa: BLE001 - it must not hide why logging failed
            logger.warning(
                "kedro_bind: what is logged of the model '%s' so far can't be removed from the MLflow run %s: %s",
                model_name,
                run_id,
                said_by(error),
            )
        raise


def remove_unfinished(run_id: str, model_name: str, also: str | None = None) -> None:
    """Remove the models of this name from a run that are not READY, and `also` this one."""
    import mlflow

    client = mlflow.MlflowClient()
    experiment = client.get_run(run_id).info.experiment_id
    for each in client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'"):
        if each.name == model_name and (each.status != "READY" or each.model_id == also):
            client.delete_logged_model(each.model_id)
