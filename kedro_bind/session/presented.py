"""What follows the logging of a model: a picture of it beside it, and the lines that say how to use it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from kedro_bind.names import folder_name
from kedro_bind.process.temporary import TemporaryFolder, temporary_files_here
from kedro_bind.process.whole_lines import log_whole
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from kedro_bind.tracking.log import LoggedModel
    from kedro_bind.tracking.logged_files import LoggedFiles

__all__ = ["PICTURE_FILE", "present"]

logger = get_logger(__name__)

PICTURE_FILE = "picture.html"
"""The picture in the folder of a model; in the artifacts of the run it has the name of the model."""
_ADDRESS = "http://127.0.0.1:5001"
"""Where `kedro bind serve` listens by default."""


def present(model: LoggedModel, run_id: str) -> None:
    """Log the picture of a model to its run and into its folder, and say how to serve it.

    The model is logged and whole by now: what fails here is a warning.
    """
    from kedro_bind.tracking.logged_files import metrics_of

    try:
        _log_picture(replace(model.files, metrics=metrics_of(model.files.mlmodel)), model.name, run_id)
    except Exception as error:  # noqa: BLE001 - see above
        logger.warning("kedro_bind: the model '%s' is logged without a picture: %s", model.name, describe_error(error))
    for line in _how_to_use(model):
        log_whole(logger, logging.INFO, "kedro_bind: %s", line)


def _log_picture(files: LoggedFiles, name: str, run_id: str) -> None:
    import mlflow

    from kedro_bind.render.picture import draw
    from kedro_bind.render.picture.of_model import subject_of_model

    page = draw(subject_of_model(files), "html")
    client = mlflow.MlflowClient()
    with temporary_files_here(), TemporaryFolder("picture") as folder:
        client.log_text(run_id, page, f"kedro_bind/{folder_name(name)}.html")
        if files.mlmodel.model_id:
            (folder / PICTURE_FILE).write_text(page, encoding="utf-8")
            client.log_model_artifact(files.mlmodel.model_id, str(folder / PICTURE_FILE))


def _how_to_use(model: LoggedModel) -> list[str]:
    """Return the command that serves the model, and one that sends it an example made up from its signature.

    Where the version did not get its alias, the command serves the one that keeps it, if there is one.
    """
    from kedro_bind.render.made_up import example_request, invitation

    registered = model.registered
    if registered is not None and registered.withheld:
        return [
            f"version {version} stays {alias}; serve it with: kedro bind serve models:/{registered.name}@{alias}"
            for alias, version in registered.withheld.items()
            if version is not None
        ][:1]
    uri = f"models:/{registered.name}/{registered.version}" if registered is not None else model.uri
    lines = [f"serve it with: kedro bind serve {uri}"]
    signature = model.files.mlmodel.signature
    if signature is not None and signature.inputs is not None:
        lines.append(f"then {invitation(example_request(signature.inputs, signature.params), _ADDRESS)}")
    return lines
