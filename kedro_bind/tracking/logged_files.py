"""What a logged model says of itself, read from its small files alone: no artifact is downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import KedroBindError
from kedro_bind.model.plan import PlanError
from kedro_bind.model.plan_file import PLAN_FILE, from_yaml, read_plan
from kedro_bind.model.runtime import ARTIFACT
from kedro_bind.packaging.lineage import LINEAGE_FILE
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.logged_models import latest_metrics
from kedro_bind.tracking.model_uri import pinned_uri

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlflow.models import Model
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

    from kedro_bind.model.plan import Plan
    from kedro_bind.packaging.stored_files import SavedModel

__all__ = ["LoggedFiles", "files_of_saved", "metrics_of", "read_logged_files"]


@dataclass(frozen=True)
class LoggedFiles:
    """A logged model without its artifacts: `sizes` has the bytes of each of these, as far as the store tells."""

    uri: str
    plan: Plan
    mlmodel: Model
    lineage: Mapping[str, Any] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


def files_of_saved(uri: str, saved: SavedModel) -> LoggedFiles:
    """Return the `LoggedFiles` of a model that this process has saved, without its metrics: nothing is downloaded."""
    places = {name: f"{saved.folder}/{artifact.location}" for name, artifact in saved.plan.artifacts.items()}
    sizes = {
        name: sum(size for file, size in saved.sizes.items() if file == place or file.startswith(f"{place}/"))
        for name, place in places.items()
    }
    return LoggedFiles(uri, saved.plan, saved.mlmodel, saved.lineage, saved.requirements, sizes)


def read_logged_files(uri: str) -> LoggedFiles:
    """Read a model from its URI, or from the path of a folder.

    Raises:
        KedroBindError: it can't be found or read, or kedro_bind has not logged it.
    """
    from mlflow.exceptions import MlflowException

    try:
        pinned = pinned_uri(uri)
        with TemporaryFolder("picture") as folder:
            return _read(pinned, folder)
    except (MlflowException, OSError, PlanError) as error:
        raise KedroBindError(f"the model {uri} can't be read: {describe_error(error)}") from error


def _read(uri: str, folder: Path) -> LoggedFiles:
    from mlflow.models import Model
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    store = get_artifact_repository(uri)
    mlmodel = Model.load(str(_file(store, "MLmodel", folder)))
    artifacts = mlmodel.flavors.get("python_function", {}).get("artifacts", {})
    if ARTIFACT not in artifacts:
        raise KedroBindError(
            f"the model {uri} is not one that kedro_bind has logged; pass the URI of a model of a bound pipeline"
        )
    planned = artifacts[ARTIFACT]["path"]
    plan = read_plan(_file(store, f"{planned}/{PLAN_FILE}", folder).parent)
    lineage = from_yaml(_file(store, f"{planned}/{LINEAGE_FILE}", folder).read_bytes())
    requirements = _file(store, "requirements.txt", folder).read_text(encoding="utf-8").splitlines()
    sizes = {name: _size(store, f"{planned}/{artifact.location}") for name, artifact in plan.artifacts.items()}
    known = {name: size for name, size in sizes.items() if size is not None}
    return LoggedFiles(uri, plan, mlmodel, lineage, tuple(requirements), known, metrics_of(mlmodel))


def _file(store: ArtifactRepository, name: str, folder: Path) -> Path:
    """Return a copy of a file of the model."""
    return Path(store.download_artifacts(name, str(folder)))  # type: ignore[no-untyped-call]  # so in MLflow


def _size(store: ArtifactRepository, place: str) -> int | None:
    """Return the bytes of an artifact, which is a file or a folder; `None` where the store does not tell."""
    folder, _, name = place.rpartition("/")
    sizes = list(_sizes(store, folder, only=name))
    known = [size for size in sizes if size is not None]
    return sum(known) if sizes and len(known) == len(sizes) else None


def _sizes(store: ArtifactRepository, folder: str, only: str = "") -> Iterator[int | None]:
    """Yield the size of each file below a folder; a store of `runs:/` puts the model's own path before the names."""
    for entry in store.list_artifacts(folder):
        name = entry.path.rpartition("/")[2]
        if only in ("", name):
            yield from _sizes(store, f"{folder}/{name}") if entry.is_dir else [entry.file_size]


def metrics_of(mlmodel: Model) -> dict[str, float]:
    """Return the metrics of the model, where its store knows it; a folder may be from elsewhere."""
    import mlflow
    from mlflow.exceptions import MlflowException

    if not mlmodel.model_id:
        return {}
    try:
        model = mlflow.MlflowClient().get_logged_model(mlmodel.model_id)
    except MlflowException:
        return {}
    return {metric.key: metric.value for metric in latest_metrics(model)}
