"""The predictions of a saved model, made in a process of its own, so that its own code runs and no other."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation import child
from kedro_bind.evaluation.environments import activated
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conf_schema import EnvManager

__all__ = ["Examined", "examine", "predictions_of", "saved_folder"]

logger = get_logger(__name__)


@dataclass(frozen=True)
class Examined:
    """What a model predicts, and what can be seen of its artifacts: the parts of each by their paths."""

    predictions: Any = None
    views: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def predictions_of(model: Path, data: Any, env_manager: EnvManager = "local") -> Any:
    """Return what the model in a folder predicts for some data.

    With another `env_manager` than "local", the process runs in an environment that MLflow makes from the model's
    own requirements.

    Raises:
        EvaluationError: the model does not load or predict, or the data can't be handed over.
    """
    return examine(model, data, env_manager).predictions


def examine(
    model: Path, data: Any = None, env_manager: EnvManager = "local", artifacts: Sequence[str] = ()
) -> Examined:
    """Return what the model in a folder predicts for some data, if there is any, and the parts of some artifacts.

    Raises:
        EvaluationError: as `predictions_of`.
    """
    with TemporaryFolder("predictions") as folder:
        places = {key: folder / key for key in ("data", "predictions", "views", "result")}
        job: dict[str, Any] = {"model": str(model), "artifacts": list(artifacts)}
        job |= {key: str(place) for key, place in places.items()}
        if data is None:
            job["data"] = ""
        else:
            try:
                places["data"].write_bytes(pickle.dumps(data, protocol=5))
            except Exception as error:
                raise EvaluationError(
                    f"the data can't be handed to another process: {describe_error(error)}"
                ) from error
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        script = folder / "run" / "predict_saved_model.py"
        script.parent.mkdir()
        shutil.copyfile(child.__file__, script)
        _run([str(script), str(folder / "job.json")], model, folder, env_manager)
        # Written by our own process, which has run the model's code already.
        found = {key: pickle.loads(places[key].read_bytes()) for key in _results(places)}  # noqa: S301 - see above
        return Examined(**found)


def _results(places: Mapping[str, Path]) -> list[str]:
    return [key for key in ("predictions", "views") if places[key].exists()]


def saved_folder(uri: str, place: Path) -> Path:
    """Return the folder of a logged model, downloaded to `place` where it is not a folder here already.

    Raises:
        EvaluationError: the store has no such model, or does not hand it out.
    """
    if (Path(uri) / "MLmodel").is_file():
        return Path(uri)
    import mlflow

    try:
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(place)))
    except Exception as error:
        raise EvaluationError(f"the model {uri} can't be read from MLflow: {describe_error(error)}") from error


def _run(arguments: list[str], model: Path, folder: Path, env_manager: EnvManager) -> None:
    """Run the predicting process, and raise what it says is wrong."""
    # With one seed, two processes pickle the same sets in the same order.
    environment = {**os.environ, "DO_NOT_TRACK": "1", "MLFLOW_TRACKING_URI": "", "PYTHONHASHSEED": "0"}
    command = [sys.executable, *arguments]
    if env_manager != "local":
        command = activated(model, env_manager, arguments)
        environment.pop("PYTHONPATH", None)
    process = subprocess.run(  # noqa: S603 - our own script
        command,
        cwd=folder / "run",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        result = json.loads((folder / "result").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        last = process.stderr.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
        raise EvaluationError(f"the process that predicts has died: {last[0]}") from None
    if "error" in result:
        logger.debug("kedro_bind: %s", result["traceback"])
        raise EvaluationError(result["error"])
