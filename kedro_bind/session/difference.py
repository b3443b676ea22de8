"""The difference between two models, either of which may be what a binding would log now."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError
from kedro_bind.process.temporary import TemporaryFolder
from kedro_bind.redaction import get_logger
from kedro_bind.session.evaluation import Opened, connected, open_binding

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from conf_schema import EnvManager
    from kedro_bind.evaluation.difference.changes import ModelDifference
    from kedro_bind.evaluation.difference.compare import ComparedRows
    from kedro_bind.evaluation.difference.contents import Contents

__all__ = ["difference"]

logger = get_logger(__name__)


def difference(
    models: tuple[str, str | None],
    context: KedroContext | None,
    data: str | None = None,
    env_manager: EnvManager = "local",
) -> ModelDifference:
    """Compare two models by their URIs; without a second one, what a binding would log now with its registered model.

    The name of a binding stands for what it would log now, from what is stored. `data` is a dataset of the catalog, or
    a file.

    Raises:
        BindingError: a binding is invalid.
        EvaluationError: a model can't be read or built, or the data can't be loaded.
    """
    from kedro_bind.evaluation.difference.compare import compare_models, example_of

    with ExitStack() as stack:
        opened: dict[str, Opened] = {}
        if context is not None:
            stack.enter_context(connected(context))
            opened = {name: stack.enter_context(open_binding(name, context)) for name in _bindings(models)}
        elif names := _bindings(models):
            raise EvaluationError(
                f"'{names[0]}' is neither a model's URI nor a folder with a model; for the name of a binding, run this "
                "in the folder of its Kedro project"
            )
        first, second = _sides(models, opened)
        folder = stack.enter_context(TemporaryFolder("compared"))
        before = _contents(first, opened, folder / "before")
        after = _contents(second, opened, folder / "after")
        catalog = next((project.catalog for project in opened.values()), context.catalog if data and context else None)
        rows = _rows(data, catalog) if data else example_of(before.folder, after.folder)
        logger.info("kedro_bind: comparing %s with %s", first, second)
        return compare_models(before, after, rows, env_manager)


def _bindings(models: tuple[str, str | None]) -> list[str]:
    """Return which of the models are names of bindings."""
    from kedro_bind.tracking.model_uri import is_model_uri

    names = [model for model in models if model is not None and not is_model_uri(model)]
    return list(dict.fromkeys(names))


def _sides(models: tuple[str, str | None], opened: dict[str, Opened]) -> tuple[str, str]:
    first, second = models
    if second is not None:
        return first, second
    if first not in opened:
        raise EvaluationError("name two models; only a binding can be compared with the model that it has logged")
    return _logged_uri(opened[first]), first


def _logged_uri(opened: Opened) -> str:
    from kedro_bind.tracking.model_uri import newest_model_uri

    model = opened.binding.model
    if not model.registered_model_name:
        return newest_model_uri(opened.binding.label)
    return f"models:/{model.registered_model_name}" + (f"@{model.aliases[0]}" if model.aliases else "/latest")


def _contents(model: str, opened: dict[str, Opened], place: Path) -> Contents:
    from kedro_bind.evaluation.difference.contents import contents_of

    if model in opened:
        from kedro_bind.tracking.log import save_locally

        binding = opened[model]
        save_locally(binding.binding, binding.catalog, binding.origin, place)
        return contents_of(place, f"{model} (as it would be logged now)", metrics=False)
    from mlflow.exceptions import MlflowException

    from kedro_bind.evaluation.predictions import saved_folder
    from kedro_bind.store_errors import describe_error
    from kedro_bind.tracking.model_uri import pinned_uri

    try:
        uri = pinned_uri(model)
    except MlflowException as error:
        raise EvaluationError(f"there is no model {model}: {describe_error(error)}") from error
    place.mkdir()
    return contents_of(saved_folder(uri, place), uri)


def _rows(data: str, catalog: Any) -> ComparedRows:
    """Load the rows to predict: a dataset of the catalog wins over a file."""
    from kedro_bind.evaluation.difference.compare import ComparedRows
    from kedro_bind.evaluation.difference.data import read_rows
    from kedro_bind.store_errors import describe_error

    if catalog is not None and data in catalog:
        try:
            return ComparedRows(f"'{data}'", catalog.load(data))
        except Exception as error:
            raise EvaluationError(f"the dataset '{data}' can't be loaded: {describe_error(error)}") from error
    if not Path(data).exists():
        place = "nor a dataset of the catalog" if catalog is not None else "and without a project there is no catalog"
        raise EvaluationError(f"'{data}' is not a file, {place}")
    return ComparedRows(f"'{data}'", read_rows(Path(data)))
