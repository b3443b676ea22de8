"""Make a pyfunc model in Python, to log it by hand with `mlflow.pyfunc.log_model`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter
from kedro.pipeline import Pipeline

from kedro_bind.binding.code import declared_in_code
from kedro_bind.binding.datasets import stored, uris_of
from kedro_bind.binding.pipeline_ml import PipelineML
from kedro_bind.binding.resolve import resolve
from kedro_bind.binding.resolved import ModelSettings
from kedro_bind.errors import BindingError
from kedro_bind.model.kedro_pipeline_model import PickledModel, restored
from kedro_bind.model.plan import Artifact, Plan
from kedro_bind.packaging.artifacts import artifact_config
from kedro_bind.packaging.build import pickled_function, plan_of
from kedro_bind.packaging.declared_validators import declared_validators
from kedro_bind.packaging.parameter_hints import hints_of
from kedro_bind.packaging.planned_parameters import planned_parameters
from kedro_bind.packaging.references import function_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["KedroPipelineModel"]

_UNSET: Any = object()
"""The default of `copy_mode`, whose value may be `None`."""


class KedroPipelineModel(PickledModel):
    """An inference pipeline as a pyfunc model.

    It is pickled as its plan and functions, not as objects of Kedro; cloudpickle stores a function by name if it can be
    imported. The artifacts are those passed to `mlflow.pyfunc.log_model(artifacts=…)`.
    """

    def __init__(
        self,
        pipeline: Pipeline | None = None,
        catalog: Any = None,
        input_name: str | None = None,
        runner: Any = None,
        copy_mode: str | Mapping[str, str | None] | None = _UNSET,
        *,
        pipeline_ml: PipelineML | None = None,
    ) -> None:
        """Take an inference pipeline with its `input_name`, or a `PipelineML`, and the catalog.

        `runner` and `copy_mode` default to those of the `PipelineML`, or to the SequentialRunner and `assign` for a
        plain pipeline.

        Raises:
            BindingError: the pipeline is not a valid inference pipeline, or an artifact is not persisted.
            LoggingError: the model would have credentials in it, or a parameter or an artifact can't be part of it.
        """
        if pipeline_ml is None and isinstance(pipeline, PipelineML):
            pipeline_ml = pipeline
        options = {} if runner is None else {"runner": runner}
        options |= {} if copy_mode is _UNSET else {"copy_mode": copy_mode}
        if pipeline_ml is not None:
            self.binding = _with(pipeline_ml.binding, input_name, options)
        elif isinstance(pipeline, Pipeline) and input_name is not None:
            # Every input but this one is an artifact.
            declared, code = declared_in_code(input_name, options)
            self.binding = resolve(declared, pipeline, pipeline, code=code)
        else:
            raise BindingError("KedroPipelineModel needs a pipeline and its input_name, or a pipeline_ml")
        inference = self.binding.inference
        self.input_name = self.binding.input_name
        self._stored = {name: stored(catalog, source) for name, source in self.binding.artifact_sources.items()}
        names, hints = sorted(filter(is_parameter, inference.inputs())), hints_of(self.binding.training, inference)
        self._functions = [node.func for node in inference.nodes]
        for node in inference.nodes:
            if function_reference(node.func) is None:
                pickled_function(node)  # refuses credentials; MLflow pickles the function with the model
        self.plan: Plan = plan_of(
            self.binding,
            planned_parameters(names, catalog, hints, pickled=True),
            {name: _artifact(name, source) for name, source in self._stored.items()},
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
        """Return the URIs of the artifacts, for `mlflow.pyfunc.log_model(artifacts=…)`.

        kedro-mlflow pickles parameters into `parameters_saving_folder`; here they are part of the plan.
        """
        return uris_of(self._stored)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what a loaded model needs, without Kedro's pipeline and catalog."""
        return restored, (self.__getstate__(),)


def _with(binding: ResolvedBinding, input_name: str | None, options: Mapping[str, Any]) -> ResolvedBinding:
    """Return a binding with another input, if there is one, and with these options."""
    declared, code = declared_in_code(input_name or binding.input_name, options)
    changed = resolve(declared, binding.inference, binding.inference, code=code)
    changes = {key: getattr(changed, key) for key in ("input_name", *options)}
    model = ModelSettings(predict_params=binding.model.predict_params, validators=binding.model.validators)
    return replace(binding, **changes, name=None, model=model)


def _artifact(name: str, source: Any) -> Artifact:
    if source.path_key is None:
        return Artifact(location=name)
    return Artifact(location=name, dataset=artifact_config(name, source), path_key=source.path_key)
