"""All that a logged model is, apart from when and in which run it was logged."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import mlflow
import pandas as pd
import yaml

from tests.mlflow_store import all_models, experiment_ids

if TYPE_CHECKING:
    from pathlib import Path

OF_THE_RUN = {"run_id", "model_id", "model_uuid", "utc_time_created", "artifact_path", "logged_at", "model_size_bytes"}
"""Keys of MLmodel and lineage.yml that tell one logging from another."""

OF_ONE_RUN = {"kedro_bind.process", "kedro_bind.files"}
"""Tags that name the process of a run, and the times of the files that it read."""

OF_A_LOGGING = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00)?|\b[0-9a-f]{32}\b")
"""Times, and the ids of runs and models."""

TEMPORARY = re.compile(r"\S*/kedro-bind-\w+/")


def contents_of(store: str, folder: Path) -> dict[str, Any]:
    """Return the one model of a store: its run's data, tags, files and what it predicts; `folder` gets a copy."""
    mlflow.set_tracking_uri(store)
    try:
        client = mlflow.MlflowClient()
        (run,) = client.search_runs(experiment_ids(client))
        (model,) = all_models(client)
        version = client.get_model_version_by_alias("churn", "challenger")
        mlflow.artifacts.download_artifacts("models:/churn@challenger", dst_path=str(folder))
        loaded = mlflow.pyfunc.load_model(model.model_uri)
    finally:
        mlflow.set_tracking_uri(None)
    predict = loaded.predict
    customers = pd.DataFrame({"spend": [12.5, 30.0, 3.0], "visits": [2, 0, 9]})
    return {
        "run": (run.info.status, run.data.params, lasting(run.data.tags)),
        "model": (model.name, str(model.status), lasting(model.tags)),
        "version": (str(version.version), version.description, without_times(version.tags)),
        "signature": loaded.metadata.signature.to_dict(),
        "files": files_of(folder),
        "answers": [predict(customers).to_dict(), predict(customers, params={"threshold": 9.0}).to_dict()],
    }


def files_of(folder: Path) -> dict[str, Any]:
    """Return the sha256 of each file; of those that name the run, the content without it."""
    read = {"MLmodel": without_run, "lineage.yml": without_run, "picture.html": without_ids}
    return {
        path.relative_to(folder).as_posix(): read.get(path.name, sha256_of)(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "registered_model_meta"
    }


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def without_ids(file: Path) -> str:
    """Read a text without the times and ids of a logging."""
    return OF_A_LOGGING.sub("", file.read_text())


def without_times(tags: dict[str, str]) -> dict[str, str]:
    """Leave out when an alias moved."""
    return {key: OF_A_LOGGING.sub("", value) for key, value in tags.items()}


def without_run(file: Path) -> dict[str, Any]:
    """Read what does not depend on the run, nor on the temporary folder that MLflow was given the model in."""
    content = yaml.safe_load(TEMPORARY.sub("", file.read_text()))
    return {key: value for key, value in content.items() if key not in OF_THE_RUN}


def lasting(tags: dict[str, str]) -> dict[str, str]:
    """Leave out the tags that MLflow sets itself, some of which name the run, and those that change from run to run."""
    return {key: value for key, value in tags.items() if not key.startswith("mlflow.") and key not in OF_ONE_RUN}


def holding(folder: Path, word: str) -> list[Path]:
    """Find the files that have a word in them."""
    return [path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
