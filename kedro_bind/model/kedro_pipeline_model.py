"""A model that was logged by hand, as it comes back from its pickle."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from mlflow.pyfunc.model import PythonModel

from kedro_bind.errors import BindingError
from kedro_bind.model.plan import Plan
from kedro_bind.model.runtime import Predicts, load_artifact, load_function, make_predictor
from kedro_bind.model.strict_params import refuse_unknown_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KedroPipelineModel", "PickledModel", "restored"]


class PickledModel(Predicts, PythonModel):
    """A plan and its functions as a pyfunc model; cloudpickle takes functions by name where they have one.

    The artifacts are those that `mlflow.pyfunc.log_model(artifacts=…)` got.
    """

    plan: Plan
    input_name: str
    _functions: list[Callable[..., Any]]

    def __getstate__(self) -> dict[str, Any]:
        """Keep the plan and what can't be imported by name, and nothing of Kedro."""
        functions = [node.function or function for node, function in zip(self.plan.nodes, self._functions, strict=True)]
        return {
            # Parameters as they are: pydantic would make mappings of some objects.
            "plan": {**self.plan.model_dump(exclude={"parameters"}), "parameters": self.plan.parameters},
            "functions": functions,
            "kedro_bind": importlib.metadata.version("kedro-bind"),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the plan and its functions; artifacts come with `load_context`."""
        self.plan = Plan.model_validate(state["plan"])
        self.input_name = self.plan.input_name
        self._functions = [
            load_function(function) if isinstance(function, str) else function for function in state["functions"]
        ]

    def load_context(self, context: Any) -> None:
        """Load the artifacts from where MLflow has put them."""
        refuse_unknown_parameters()
        given, planned = set(context.artifacts), set(self.plan.artifacts)
        if given != planned:
            raise BindingError(
                f"the artifacts do not match the inference pipeline: it lacks {sorted(planned - given)}"
                f", and has no use for {sorted(given - planned)}; pass what extract_pipeline_artifacts() gives"
            )
        artifacts = {
            name: load_artifact(name, artifact, _path(context.artifacts[name]))
            for name, artifact in self.plan.artifacts.items()
        }
        self.predictor = make_predictor(self.plan, self._functions, artifacts)


KedroPipelineModel = PickledModel
"""The name and place under which models were pickled before."""


def restored(state: dict[str, Any]) -> PickledModel:
    """Return the model that a pickle of a model made in Python stands for."""
    model = PickledModel()
    model.__setstate__(state)
    return model


def _path(given: str) -> Path:
    return Path(unquote(urlsplit(given).path)) if given.startswith("file:") else Path(given)
