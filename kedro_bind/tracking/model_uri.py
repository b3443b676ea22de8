"""Find the model that a command names, by a URI or by the name of a binding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kedro_bind.errors import KedroBindError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conf_schema import Binding

__all__ = [
    "binding_model_uri",
    "is_model_uri",
    "needs_project",
    "newest_model_uri",
    "pinned_uri",
    "unknown_binding",
]


def is_model_uri(text: str) -> bool:
    """Return whether a text is a URI or the path of a folder, rather than the name of a binding."""
    return ":/" in text or "/" in text or "\\" in text or (Path(text) / "MLmodel").is_file()


def needs_project(name: str) -> KedroBindError:
    """Return the error for a name that is not a URI, outside of a Kedro project."""
    return KedroBindError(
        f"'{name}' is neither a model's URI nor a folder with a model; for the name of a binding, run this in the "
        "folder of its Kedro project"
    )


def unknown_binding(name: str, known: Iterable[str]) -> KedroBindError:
    """Return the error for a name that is not that of a binding, with the one that is close or those that exist."""
    from conf_schema import did_you_mean

    names = list(known)
    hint = did_you_mean(name, names) or f"the bindings are {', '.join(names) or 'none'}"
    return KedroBindError(f"there is no binding '{name}'; {hint}")


def binding_model_uri(name: str, binding: Binding) -> str:
    """Return the URI of a binding's model: its first alias, or the newest model if the binding registers none.

    Raises:
        KedroBindError: the binding registers no model, and has logged none.
    """
    options = binding.model
    if options.registered_model_name:
        alias = (options.aliases or ("",))[0]
        if alias:
            return f"models:/{options.registered_model_name}@{alias}"
        return f"models:/{options.registered_model_name}/latest"
    return newest_model_uri(name)


def newest_model_uri(name: str) -> str:
    """Return the URI of the newest logged model of a binding.

    Raises:
        KedroBindError: there is none.
    """
    import mlflow

    experiments = [experiment.experiment_id for experiment in mlflow.search_experiments()]
    models = mlflow.search_logged_models(
        experiment_ids=experiments,
        filter_string=f"tags.`kedro_bind.binding` = '{name}'",
        order_by=[{"field_name": "creation_timestamp", "ascending": False}],
        output_format="list",
    )
    ready = next((model for model in models if str(model.status) == "READY"), None)
    if ready is None:
        train = f"kedro run --pipelines={name}"
        raise KedroBindError(
            f"the binding '{name}' has no logged model; '{train}' logs one", binding=name, command=train
        )
    return f"models:/{ready.model_id}"


def pinned_uri(uri: str) -> str:
    """Return the URI of the version that an alias or a stage refers to now, or any other URI unchanged.

    Raises:
        MlflowException: there is no such model, or no such alias.
    """
    import mlflow
    from mlflow.store.artifact.utils.models import get_model_name_and_version

    if not uri.startswith("models:/") or uri.removeprefix("models:/").startswith("m-"):
        return uri
    name, version = get_model_name_and_version(mlflow.MlflowClient(), uri)  # type: ignore[no-untyped-call]  # MLflow has no annotation
    return f"models:/{name}/{version}"
