"""Load a model that was logged by hand from its pickle."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from mlflow.pyfunc.model import PythonModel

from kedro_bind.errors import BindingError
from kedro_bind.model.loading import load_artifact, load_function
from kedro_bind.model.plan import Plan
from kedro_bind.model.runtime import PredictMixin, make_predictor
from kedro_bind.model.strict_params import refuse_unknown_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KedroPipelineModel", "PickledModel", "restored"]


class PickledModel(PredictMixin, PythonModel):
    """A plan and its functions as a pyfunc model; cloudpickle stores a function by name if it can be imported.

    The artifacts are those passed to `mlflow.pyfunc.log_model(artifacts=…)`.
    """

    plan: Plan
    input_name: str
    _functions: list[Callable[..., Any]]

    def __getstate__(self) -> dict[str, Any]:
        """Return the plan and the functions that can't be imported by name, without objects of Kedro."""
        functions = [node.function or function for node, function in zip(self.plan.nodes, self._functions, strict=True)]
        return {
            # Parameters are kept as they are: pydantic would turn some objects into mappings.
            "plan": {**self.plan.model_dump(exclude={"parameters"}), "parameters": self.plan.parameters},
            "functions": functions,
            "kedro_bind": importlib.metadata.version("kedro-bind"),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the plan and its functions; `load_context` loads the artifacts."""
        self.plan = Plan.model_validate(state["plan"])
        self.input_name = self.plan.input_name
        self._functions = [
            load_function(function) if isinstance(function, str) else function for function in state["functions"]
        ]

    def load_context(self, context: Any) -> None:
        """Load the artifacts from where MLflow has put them."""
        refuse_unknown_parameters()
        passed, planned = set(context.artifacts), set(self.plan.artifacts)
        if passed != planned:
            raise BindingError(
                f"the artifacts do not match the inference pipeline: missing {sorted(planned - passed)}"
                f", unknown {sorted(passed - planned)}; pass what extract_pipeline_artifacts() returns"
            )
        artifacts = {
            name: load_artifact(name, artifact, _path(context.artifacts[name]))
            for name, artifact in self.plan.artifacts.items()
        }
        self.predictor = make_predictor(self.plan, self._functions, artifacts)


KedroPipelineModel = PickledModel
"""The name under which earlier versions pickled models."""


def restored(state: dict[str, Any]) -> PickledModel:
    """Return the model with a pickled state; pickles of models refer to this function by name."""
    model = PickledModel()
    model.__setstate__(state)
    return model


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path)) if uri.startswith("file:") else Path(uri)
