"""Compare the files that MLflow has stored with those that were saved and verified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from kedro_bind.errors import LoggingError
from kedro_bind.model.integrity import IntegrityCheck
from kedro_bind.model.plan import PlanError
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlflow import MlflowClient
    from mlflow.models import Model

    from kedro_bind.model.plan import Plan

__all__ = ["SavedModel", "refuse_other_files", "saved_model"]

logger = get_logger(__name__)

_FOLDERS = ("artifacts", "code")
"""The folders of a model: one with its plan, its artifacts and its pickled functions, one with its code."""


@dataclass(frozen=True)
class SavedModel:
    """A model as it was saved: its plan and the folder of that, the size of each file, and what is beside them."""

    plan: Plan
    folder: str
    sizes: Mapping[str, int]
    lineage: Mapping[str, Any]
    mlmodel: Model
    requirements: tuple[str, ...]


def saved_model(model: Path, plan: Plan, folder: Path, lineage: Mapping[str, Any], mlmodel: Model) -> SavedModel:
    """Return the model that was saved at `model`, with its plan in `folder`."""
    files = [file for folder in _FOLDERS for file in (model / folder).rglob("*") if file.is_file()]
    sizes = {file.relative_to(model).as_posix(): file.stat().st_size for file in files}
    requirements = (model / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return SavedModel(plan, folder.relative_to(model).as_posix(), sizes, lineage, mlmodel, tuple(requirements))


def refuse_other_files(model_id: str, saved: SavedModel) -> None:
    """Compare the stored files with the saved ones: names and sizes, and the contents in a local folder.

    Raises:
        LoggingError: a file is missing or differs.
    """
    import mlflow

    client = mlflow.MlflowClient()
    folders = dict.fromkeys(name.partition("/")[0] for name in saved.sizes)
    try:
        stored = {name: size for folder in folders for name, size in _sizes(client, model_id, folder)}
    except Exception as error:  # noqa: BLE001 - writing may be allowed where listing is not
        logger.warning("kedro_bind: the files that MLflow has stored can't be compared: %s", describe_error(error))
        return
    for name, size in saved.sizes.items():
        if stored.get(name, -1) not in (size, None):
            raise LoggingError(_differs(saved, f"{name} has {stored.get(name, 'no')} bytes instead of {size}"))
    location = urlsplit(client.get_logged_model(model_id).artifact_location)
    if location.scheme not in ("", "file"):
        return
    model = Path(url2pathname(location.path))
    try:
        with IntegrityCheck(saved.plan, model / saved.folder, model / "code") as check:
            check.wait_for_artifacts()
    except PlanError as error:
        raise LoggingError(_differs(saved, str(error))) from error


def _sizes(client: MlflowClient, model_id: str, path: str) -> Iterator[tuple[str, int | None]]:
    for entry in client.list_logged_model_artifacts(model_id, path):
        if entry.is_dir:
            yield from _sizes(client, model_id, entry.path)
        else:
            yield entry.path, entry.file_size


def _differs(saved: SavedModel, problem: str) -> str:
    return f"the files of '{saved.plan.name}' in MLflow differ from the verified ones: {problem}; log the model again"
