"""The logged models that a command uses, and the environment of a process that runs them."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kedro_bind.cli.project import config_of, context_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kedro.framework.startup import ProjectMetadata

__all__ = ["early_environment", "model_environment", "model_uris"]


def model_uris(
    models: Iterable[str],
    metadata: ProjectMetadata | None,
    env: str | None,
    conf_source: str | None,
    params: dict[str, Any],
) -> tuple[str, ...]:
    """Return the URI of each model; in a project, MLflow connects to the project's store first.

    Raises:
        KedroBindError: one is neither a model nor a binding.
    """
    from kedro_bind.tracking.model_uri import binding_model_uri, is_model_uri, needs_project, unknown_binding

    if metadata is None:
        for model in models:
            if not is_model_uri(model):
                raise needs_project(model)
        return tuple(models)
    from kedro_bind.config.mlflow import tracking_config_of
    from kedro_bind.tracking.server import connect

    context = context_of(metadata, env, conf_source, params)
    connect(tracking_config_of(context).mlflow.server, context)  # for as long as the process lives
    config = config_of(metadata, env, conf_source, params)
    bindings = config.document.bindings if config is not None else {}
    uris = []
    for model in models:
        if model in bindings:
            uris.append(binding_model_uri(model, bindings[model]))
        elif is_model_uri(model):
            uris.append(model)
        else:
            raise unknown_binding(model, config.names if config is not None else ())
    return tuple(uris)


def early_environment(metadata: ProjectMetadata | None) -> dict[str, str]:
    """Return what is known of `model_environment` before MLflow is imported."""
    quiet = {"KEDRO_LOGGING_CONFIG": str(files("kedro_bind.model") / "quiet_logging.yml")}
    if metadata is None:
        return {**quiet, **os.environ}
    source = os.path.realpath(metadata.source_dir)
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [path for path in paths if path and os.path.realpath(path) != source]
    return {**quiet, **os.environ, "PYTHONPATH": os.pathsep.join(kept)}


def model_environment(metadata: ProjectMetadata | None) -> dict[str, str]:
    """Return the environment of a process that runs models: quiet Kedro, MLflow's store, not the project's code."""
    environment = early_environment(metadata)
    if metadata is not None:
        import mlflow

        environment["MLFLOW_TRACKING_URI"] = mlflow.get_tracking_uri()
        environment["MLFLOW_REGISTRY_URI"] = mlflow.get_registry_uri()
    return environment
