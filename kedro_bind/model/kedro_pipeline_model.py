"""A pyfunc model made in Python, for logging by hand with `mlflow.pyfunc.log_model`."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter
from mlflow.pyfunc.model import PythonModel

from kedro_bind.binding.code import declared_in_code
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.binding.resolve import resolve
from kedro_bind.binding.resolved import ModelSettings
from kedro_bind.errors import BindingError
from kedro_bind.model.artifacts import local_config, stored, uris_of
from kedro_bind.model.build import plan_of
from kedro_bind.model.declared_validators import declared_validators
from kedro_bind.model.parameter_hints import hints_of, typed_values
from kedro_bind.model.plan import Artifact, Plan
from kedro_bind.model.runtime import Predicts, load_artifact, load_function, make_predictor
from kedro_bind.model.strict_params import refuse_unknown_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["KedroPipelineModel"]

_AS_BOUND: Any = object()
"""Stands for a copy mode that is not given."""


class KedroPipelineModel(Predicts, PythonModel):
    """An inference pipeline as a pyfunc model.

    It pickles as its plan (and the functions, which cloudpickle takes by name where they have one), not as
    Kedro objects; the artifacts are those that `mlflow.pyfunc.log_model(artifacts=…)` gets.
    """

    def __init__(
        self,
        pipeline: Pipeline | None = None,
        catalog: Any = None,
        input_name: str | None = None,
        runner: Any = None,
        copy_mode: str | Mapping[str, str | None] | None = _AS_BOUND,
        *,
        pipeline_ml: PipelineML | None = None,
    ) -> None:
        """Take an inference pipeline with its `input_name`, or a `PipelineML`, and the catalog of both.

        `runner` and `copy_mode` are those of the `PipelineML` where they are not given; a plain pipeline gets
        the SequentialRunner and `assign`.

        Raises:
            BindingError: the pipeline is no inference pipeline, or an artifact is not persisted.
        """
        if pipeline_ml is None and isinstance(pipeline, PipelineML):
            pipeline_ml = pipeline
        given = {} if runner is None else {"runner": runner}
        given |= {} if copy_mode is _AS_BOUND else {"copy_mode": copy_mode}
        if pipeline_ml is not None:
            self.binding = _with(pipeline_ml.binding, input_name, given)
        elif pipeline is not None and input_name is not None:
            # Whatever is not the input counts as an artifact, wherever it comes from.
            declared, code = declared_in_code(input_name, given)
            self.binding = resolve(declared, pipeline, pipeline, code=code)
        else:
            raise BindingError("KedroPipelineModel needs a pipeline and its input_name, or a pipeline_ml")
        inference = self.binding.inference
        self.input_name = self.binding.input_name
        self._stored = {name: stored(catalog, source) for name, source in self.binding.artifact_sources.items()}
        names, hints = sorted(filter(is_parameter, inference.inputs())), hints_of(self.binding.training, inference)
        self._functions = [node.func for node in inference.nodes]
        self.plan: Plan = plan_of(
            self.binding,
            typed_values(names, catalog, hints, pickled=True),
            {name: _artifact(name, each) for name, each in self._stored.items()},
            declared_validators(self.binding, catalog),
        )

    @property
    def pipeline(self) -> Pipeline:
        """The inference pipeline."""
        return self.binding.inference

    def extract_pipeline_artifacts(
        self,
        parameters_saving_folder: Path | str | None = None,  # noqa: ARG002 - kedro-mlflow's argument
    ) -> dict[str, str]:
        """Give the URI of each artifact, as `mlflow.pyfunc.log_model(artifacts=…)` takes them.

        `parameters_saving_folder` is where kedro-mlflow pickles parameters; here they are part of the plan.
        """
        return uris_of(self._stored)

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
        """Come back from a pickle; artifacts come with `load_context`."""
        self.plan = Plan.model_validate(state["plan"])
        self.input_name = self.plan.input_name
        self._functions = [load_function(each) if isinstance(each, str) else each for each in state["functions"]]

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
            name: load_artifact(name, each, _path(context.artifacts[name]))
            for name, each in self.plan.artifacts.items()
        }
        self.predictor = make_predictor(self.plan, self._functions, artifacts)


def _with(binding: ResolvedBinding, input_name: str | None, given: Mapping[str, Any]) -> ResolvedBinding:
    """Return a binding with another input, runner or copy modes, if they are given."""
    declared, code = declared_in_code(input_name or binding.input_name, given)
    changed = resolve(declared, binding.inference, binding.inference, code=code)
    changes = {key: getattr(changed, key) for key in ("input_name", *given)}
    model = ModelSettings(predict_params=binding.model.predict_params, validators=binding.model.validators)
    return replace(binding, **changes, name=None, model=model)


def _artifact(name: str, source: Any) -> Artifact:
    if source.path_key is None:
        return Artifact(location=name)
    return Artifact(location=name, dataset=local_config(name, source), path_key=source.path_key)


def _path(given: str) -> Path:
    from urllib.parse import unquote, urlsplit

    return Path(unquote(urlsplit(given).path)) if given.startswith("file:") else Path(given)
