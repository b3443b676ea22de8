"""Load the functions and the artifacts that a plan names."""

from __future__ import annotations

import importlib
import pickle
from typing import TYPE_CHECKING, Any

from kedro_bind.model.plan import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kedro_bind.model.plan import Artifact, Plan

__all__ = ["load_artifact", "load_function", "load_functions"]


def load_functions(plan: Plan, folder: Path) -> list[Callable[..., Any]]:
    """Load the functions of a plan's nodes, in their order."""
    return [load_function(node.function, folder / node.pickle if node.pickle else None) for node in plan.nodes]


def load_function(reference: str, pickled: Path | None = None) -> Callable[..., Any]:
    """Import a node's function by `module:qualname`, or unpickle it if it can't be imported by name."""
    found: Any
    if pickled is not None:
        try:
            found = pickle.loads(pickled.read_bytes())  # noqa: S301 - written by kedro_bind with the model
        except Exception as error:
            raise PlanError(f"the pickled function {pickled.name} of the model can't be loaded: {error}") from error
        return _callable(found, f"pickled function {pickled.name}")
    module, _, qualname = reference.partition(":")
    try:
        found = importlib.import_module(module)
    except Exception as error:  # whatever the module does when it is imported
        missing = (getattr(error, "name", None) if isinstance(error, ImportError) else None) or module
        raise PlanError(
            f"the model needs the function '{reference}', and the module '{missing}' can't be imported: {error}"
        ) from error
    try:
        for part in qualname.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise PlanError(f"the model needs the function '{reference}', which '{module}' does not have") from error
    return _callable(found, f"function '{reference}'")


def _callable(found: Any, what: str) -> Callable[..., Any]:
    if not callable(found):
        raise PlanError(f"the {what} of the model is not a function, but a '{type(found).__name__}'")
    function: Callable[..., Any] = found
    return function


def load_artifact(name: str, artifact: Artifact, path: Path) -> Any:
    """Read an artifact with the Kedro dataset that wrote it."""
    if not path.exists():
        raise PlanError(f"the model lacks the artifact '{name}': there is no {path}")
    try:
        if artifact.dataset is None:
            return pickle.loads(path.read_bytes())  # noqa: S301 - written by kedro_bind with the model
        from kedro.io import AbstractDataset

        return AbstractDataset.from_config(name, {**artifact.dataset, artifact.path_key: path.as_posix()}).load()
    except Exception as error:
        raise PlanError(f"the artifact '{name}' of the model can't be loaded: {error}") from error
