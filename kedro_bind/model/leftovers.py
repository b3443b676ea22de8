"""Logged models that never got done, and their removal from an MLflow run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import said_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    """Remove the models of a binding from a run that an earlier logging left there, half done."""
    _remove(run_id, lambda each: each.tags.get("kedro_bind.binding") == binding and each.status != "READY")


def _remove(run_id: str, condition: Callable[[LoggedModel], bool]) -> None:
    import mlflow

    client = mlflow.MlflowClient()
    try:
        experiment = client.get_run(run_id).info.experiment_id
        for each in client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'"):
            if condition(each):
                client.delete_logged_model(each.model_id)
    except Exception as error:  # noqa: BLE001 - it must not hide why logging failed, nor keep it from succeeding
        logger.warning(
            "kedro_bind: what is half logged in the MLflow run %s can't be removed: %s", run_id, said_by(error)
        )
