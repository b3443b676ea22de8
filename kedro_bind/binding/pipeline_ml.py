"""The pipeline class of a binding: a training pipeline that knows its inference pipeline."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kedro.pipeline import Pipeline

from conf_schema import RunnerSpec
from kedro_bind.binding.code import declared_in_code
from kedro_bind.binding.evaluation import Evaluation
from kedro_bind.binding.resolve import resolve
from kedro_bind.errors import BindingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline.node import Node

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["PipelineML", "pipeline_ml_factory"]


class PipelineML(Pipeline):
    """A training `Pipeline` with the binding of the model that it fits.

    It runs like any other pipeline. The operators and methods of `Pipeline` return a `PipelineML` if all training nodes
    are in the result, and a plain `Pipeline` otherwise. The sum of two different bindings is a plain one: it could
    mean either.
    """

    binding: ResolvedBinding

    def __init__(  # noqa: PLR0913 - the options of pipeline_ml_factory
        self,
        nodes: Iterable[Node | Pipeline] | Pipeline,
        *args: Any,
        tags: str | Iterable[str] | None = None,
        inference: Pipeline,
        input_name: str | None = None,
        kpm_kwargs: Mapping[str, Any] | None = None,
        log_model_kwargs: Mapping[str, Any] | None = None,
        evaluation: Pipeline | Evaluation | None = None,
        artifacts: Mapping[str, str] | None = None,
        training_input_name: str | None = None,
    ) -> None:
        """Bind `nodes` to `inference`; the arguments are those of `pipeline_ml_factory`.

        Raises:
            BindingError: the parts do not belong together; see docs/binding.md.
        """
        if nodes is None:
            raise BindingError("'nodes' is of type NoneType; pass a Pipeline, or a list of nodes")
        super().__init__(nodes, *args, tags=tags)
        _refuse_other_than_pipeline("inference", inference)
        scored = Evaluation(evaluation) if isinstance(evaluation, Pipeline) else evaluation
        if scored is not None:
            _refuse_other_than_pipeline("evaluation", getattr(scored, "pipeline", scored))
        declared, code = declared_in_code(
            input_name, kpm_kwargs, log_model_kwargs, artifacts, training_input_name, scored
        )
        nodes_of_evaluation = _plain(scored.pipeline) if scored is not None else None
        self.binding = resolve(declared, Pipeline(self._nodes), _plain(inference), nodes_of_evaluation, code=code)

    @classmethod
    def of(cls, binding: ResolvedBinding, pipeline: Pipeline | None = None) -> PipelineML:
        """Return the pipeline of a binding; `pipeline` has its training nodes, and may have more."""
        made = cls.__new__(cls)
        Pipeline.__init__(made, _nodes_of(pipeline or binding.training))
        made.binding = binding
        return made

    def __eq__(self, other: object) -> bool:
        """Compare nodes, binding and options, as kedro-mlflow's class does."""
        if not isinstance(other, PipelineML):
            return NotImplemented
        return set(self._nodes) == set(other._nodes) and self.binding == other.binding

    def __hash__(self) -> int:
        return hash((frozenset(self._nodes), self.binding))

    @property
    def training(self) -> Pipeline:
        """The training nodes, as a plain pipeline."""
        return self.binding.training

    @property
    def inference(self) -> Pipeline:
        """The pipeline that predicts."""
        return self.binding.inference

    @property
    def input_name(self) -> str:
        """The inference input that a caller supplies."""
        return self.binding.input_name

    @property
    def kpm_kwargs(self) -> dict[str, Any]:
        """The runner and the copy modes of the logged model, if they are not the defaults."""
        values = {"runner": self.binding.runner, "copy_mode": self.binding.copy_mode}
        return {key: value for key, value in values.items() if value not in (RunnerSpec(), "assign")}

    @property
    def log_model_kwargs(self) -> dict[str, Any]:
        """How the model is logged: the declared options, with the name and the signature in any case."""
        model = self.binding.model
        example = {} if isinstance(model.input_example, str | int) else {"input_example": model.input_example}
        declared = self.binding.document.get("model", {})
        return {"name": model.name, **declared, "signature": model.signature, **example, **model.more}

    def extract_pipeline_artifacts(self, catalog: Any) -> dict[str, str]:
        """Return the URIs of the artifacts, as `mlflow.pyfunc.log_model(artifacts=…)` takes them.

        Raises:
            BindingError: an artifact is not persisted, or has no URI.
        """
        from kedro_bind.binding.datasets import artifact_uris

        return artifact_uris(self.binding, catalog)

    def _repr_html_(self) -> str:
        """Draw the binding where a notebook shows it."""
        # By name: pictures are made in a room above this one, and only a notebook asks for them.
        drawn: str = importlib.import_module("kedro_bind.render.picture.notebook").notebook_html(self.binding)
        return drawn

    # What follows is the behaviour of Pipeline; the binding is kept where it still applies.

    def _bound(self, pipeline: Pipeline) -> Pipeline:
        """Return the pipeline with this binding, if all training nodes are in it."""
        kept = self.binding.training_nodes <= set(_nodes_of(pipeline))
        return PipelineML.of(self.binding, pipeline) if kept else pipeline

    def __add__(self, other: Any) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        total = Pipeline(set(self._nodes + other._nodes))
        if isinstance(other, PipelineML) and other.binding != self.binding:
            return total
        return self._bound(total)

    def __radd__(self, other: Any) -> Pipeline:
        if isinstance(other, int) and other == 0:
            return self
        return self.__add__(other)

    __or__ = __add__
    __ror__ = __add__

    def __sub__(self, other: Any) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        return self._bound(_plain(self) - _plain(other))

    def __and__(self, other: Any) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        return self._bound(_plain(self) & _plain(other))

    __rand__ = __and__

    def only_nodes(self, *node_names: str) -> Pipeline:  # noqa: D102 - as in Pipeline, like all that follow
        return self._bound(_plain(self).only_nodes(*node_names))

    def only_nodes_with_namespaces(self, node_namespaces: list[str]) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).only_nodes_with_namespaces(node_namespaces))

    def only_nodes_with_inputs(self, *inputs: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).only_nodes_with_inputs(*inputs))

    def only_nodes_with_outputs(self, *outputs: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).only_nodes_with_outputs(*outputs))

    def only_nodes_with_tags(self, *tags: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).only_nodes_with_tags(*tags))

    def from_inputs(self, *inputs: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).from_inputs(*inputs))

    def to_outputs(self, *outputs: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).to_outputs(*outputs))

    def from_nodes(self, *node_names: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).from_nodes(*node_names))

    def to_nodes(self, *node_names: str) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).to_nodes(*node_names))

    def filter(self, *args: Any, **kwargs: Any) -> Pipeline:  # noqa: D102 - see above
        return self._bound(_plain(self).filter(*args, **kwargs))

    def tag(self, tags: str | Iterable[str]) -> Pipeline:  # noqa: D102 - see above
        tagged = replace(self.binding, training=self.training.tag(tags))
        return PipelineML.of(tagged, _plain(self).tag(tags))


def pipeline_ml_factory(
    training: Pipeline,
    inference: Pipeline,
    input_name: str | None = None,
    kpm_kwargs: Mapping[str, Any] | None = None,
    log_model_kwargs: Mapping[str, Any] | None = None,
    evaluation: Pipeline | Evaluation | None = None,
    *,
    artifacts: Mapping[str, str] | None = None,
    training_input_name: str | None = None,
) -> PipelineML:
    """Bind two pipelines in Python, with the function of kedro-mlflow.

    `input_name` may be omitted if exactly one inference input is neither a parameter, nor an output of training, nor in
    `artifacts`. `kpm_kwargs` takes `runner` and `copy_mode`; `log_model_kwargs` takes the arguments of
    `mlflow.pyfunc.log_model` and the keys of `model` in a document; `signature` is `"auto"` by default. `evaluation`
    has the nodes that score the model; an `Evaluation` has options beside them. `artifacts` and `training_input_name`
    are `artifacts` and `training.input_name` of a document.

    Raises:
        BindingError: the parts do not belong together; see docs/binding.md.
    """
    _refuse_other_than_pipeline("training", training)
    return PipelineML(
        nodes=training.nodes,
        inference=inference,
        input_name=input_name,
        kpm_kwargs=kpm_kwargs,
        log_model_kwargs=log_model_kwargs,
        evaluation=evaluation,
        artifacts=artifacts,
        training_input_name=training_input_name,
    )


def _plain(pipeline: Pipeline) -> Pipeline:
    return Pipeline(_nodes_of(pipeline)) if isinstance(pipeline, PipelineML) else pipeline


def _nodes_of(pipeline: Pipeline) -> list[Node]:
    """Return the nodes of a pipeline without sorting them, which takes long with hundreds of bindings."""
    return pipeline._nodes  # noqa: SLF001 - `nodes` sorts them


def _refuse_other_than_pipeline(argument: str, value: Any) -> None:
    if not isinstance(value, Pipeline):
        raise BindingError(f"'{argument}' is of type {type(value).__name__}; pass a Pipeline")
