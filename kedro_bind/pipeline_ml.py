"""A training pipeline that knows the inference pipeline that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro.pipeline import Pipeline

from conf_schema import ModelOptions, did_you_mean
from kedro_bind.errors import BindingError
from kedro_bind.rules import artifact_sources, binding_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kedro.pipeline.node import Node

__all__ = ["LOG_MODEL_KEYS", "PipelineML", "Serving", "pipeline_ml_factory"]

_EXAMPLE_ROWS = 5
_KPM_KEYS = ("runner", "copy_mode")
LOG_MODEL_KEYS = tuple(name for name in ModelOptions.model_fields if name != "predict_params")
"""What `log_model_kwargs` takes: the options of a document under the same names."""
_LOG_MODEL_DEFAULTS: dict[str, Any] = {"name": "model", "signature": "auto"}


@dataclass(frozen=True, eq=False)
class Serving:
    """What a binding adds to its training pipeline.

    `name` is the binding's, `None` for one that Python code made; `document` is what its document says.
    `options` and `log_model_kwargs` say how the model is logged: the first from a document, the second from
    code, which wins.
    """

    inference: Pipeline
    input_name: str
    artifacts: Mapping[str, str] = field(default_factory=dict)
    kpm_kwargs: Mapping[str, Any] = field(default_factory=dict)
    log_model_kwargs: Mapping[str, Any] = field(default_factory=dict)
    options: ModelOptions = field(default_factory=ModelOptions)
    name: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict)

    def log_option(self, key: str) -> Any:
        """Give what code or else the document says of how the model is logged; `key` is one of `LOG_MODEL_KEYS`."""
        return self.log_model_kwargs.get(key, getattr(self.options, key))

    def log_names(self, key: str) -> tuple[str, ...]:
        """Give an option that names something, be it one name, several or none."""
        value = self.log_option(key)
        return (value,) if isinstance(value, str) else tuple(value or ())

    @property
    def example_rows(self) -> int:
        """How many rows of the input are kept, for the example and for the proof."""
        wanted = self.log_option("input_example")
        return wanted if isinstance(wanted, int) and not isinstance(wanted, bool) else _EXAMPLE_ROWS


class PipelineML(Pipeline):
    """A training `Pipeline`, and how the model that it fits is served.

    It runs as its nodes do. Whatever an operator or a method of `Pipeline` makes of it is a `PipelineML`
    again as long as all its training nodes are in it, and a plain `Pipeline` otherwise. Two different
    bindings add up to a plain `Pipeline`: none of them would be meant.
    """

    def __init__(  # noqa: PLR0913 - the parameters of kedro-mlflow's class, so that code moves over
        self,
        nodes: Iterable[Node | Pipeline] | Pipeline,
        *args: Any,
        tags: str | Iterable[str] | None = None,
        inference: Pipeline,
        input_name: str,
        kpm_kwargs: Mapping[str, Any] | None = None,
        log_model_kwargs: Mapping[str, Any] | None = None,
        artifacts: Mapping[str, str] | None = None,
        options: ModelOptions | None = None,
        name: str | None = None,
        document: Mapping[str, Any] | None = None,
    ) -> None:
        """Bind `nodes` to `inference`.

        Raises:
            BindingError: the parts do not belong together, see docs/binding.md.
        """
        super().__init__(nodes, *args, tags=tags)
        self._keep(
            Serving(
                inference=_plain(inference),
                input_name=input_name,
                artifacts=dict(artifacts or {}),
                kpm_kwargs=_checked("kpm_kwargs", kpm_kwargs or {}, _KPM_KEYS),
                log_model_kwargs=_checked("log_model_kwargs", log_model_kwargs or {}, LOG_MODEL_KEYS),
                options=options or ModelOptions(),
                name=name,
                document=dict(document or {}),
            ),
            frozenset(self._nodes),
        )
        problems = list(
            binding_problems(
                self.training,
                self.inference,
                input_name,
                artifacts=self.serving.artifacts,
                copy_mode=self.kpm_kwargs.get("copy_mode"),
                predict_params=self.serving.options.predict_params,
            )
        )
        if problems:
            who = f"the binding '{name}'" if name else "this PipelineML"
            said = "\n".join(f"- {each.text} [{each.code}]" for each in problems)
            raise BindingError(f"{who} does not hold:\n{said}", problems)

    def _keep(self, serving: Serving, training_nodes: frozenset[Node]) -> None:
        self.serving = serving
        self._training_nodes = training_nodes

    @cached_property
    def training(self) -> Pipeline:
        """The training nodes, as a plain pipeline."""
        return Pipeline([node for node in self._nodes if node in self._training_nodes])

    @property
    def inference(self) -> Pipeline:
        """The pipeline that predicts."""
        return self.serving.inference

    @property
    def input_name(self) -> str:
        """The inference input that a caller supplies."""
        return self.serving.input_name

    @property
    def kpm_kwargs(self) -> dict[str, Any]:
        """The runner and the copy modes of the logged model."""
        return dict(self.serving.kpm_kwargs)

    @property
    def log_model_kwargs(self) -> dict[str, Any]:
        """What code gave as arguments for `mlflow.pyfunc.log_model`."""
        return dict(self.serving.log_model_kwargs)

    @property
    def artifact_sources(self) -> dict[str, str]:
        """Each inference input that is an artifact, with the dataset of training that it is."""
        return artifact_sources(self.inference, self.input_name, self.serving.artifacts)

    def extract_pipeline_artifacts(self, catalog: Any) -> dict[str, str]:
        """Give the URI of each artifact, as `mlflow.pyfunc.log_model(artifacts=…)` takes them.

        Raises:
            BindingError: an artifact is not persisted, or can't be named by one URI.
        """
        from kedro_bind.model.artifacts import artifact_uris

        return artifact_uris(self, catalog)

    # Everything below is Pipeline's own behaviour, with the binding kept where it still holds.

    def _bound(self, pipeline: Pipeline) -> Pipeline:
        """Give the pipeline as one that carries this binding, if all training nodes are in it."""
        if not self._training_nodes <= set(pipeline._nodes):
            return pipeline
        result = PipelineML.__new__(PipelineML)
        Pipeline.__init__(result, pipeline._nodes)
        result._keep(self.serving, self._training_nodes)
        return result

    def __add__(self, other: Any) -> Pipeline:
        if not isinstance(other, Pipeline):
            return NotImplemented
        total = Pipeline(set(self._nodes + other._nodes))
        if isinstance(other, PipelineML) and other.serving is not self.serving:
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

    def only_nodes(self, *node_names: str) -> Pipeline:  # noqa: D102 - as Pipeline has it, like all below
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
        return self._bound(_plain(self).tag(tags))


def pipeline_ml_factory(
    training: Pipeline,
    inference: Pipeline,
    input_name: str,
    kpm_kwargs: Mapping[str, Any] | None = None,
    log_model_kwargs: Mapping[str, Any] | None = None,
) -> PipelineML:
    """Bind two pipelines in Python, as kedro-mlflow's function of this name does.

    `kpm_kwargs` takes `runner` and `copy_mode`; `log_model_kwargs` the arguments of
    `mlflow.pyfunc.log_model`, where `signature` may be `"auto"` (the default).

    Raises:
        BindingError: the parts do not belong together, see docs/binding.md.
    """
    given = dict(log_model_kwargs or {})
    if "artifact_path" in given:
        if "name" in given:
            raise BindingError(
                "log_model_kwargs has both 'name' and 'artifact_path', its name in MLflow 2; keep 'name'"
            )
        given["name"] = given.pop("artifact_path")
    return PipelineML(
        nodes=training.nodes,
        inference=inference,
        input_name=input_name,
        kpm_kwargs=kpm_kwargs,
        log_model_kwargs={**_LOG_MODEL_DEFAULTS, **given},
    )


def _plain(pipeline: Pipeline) -> Pipeline:
    return Pipeline(pipeline._nodes) if isinstance(pipeline, PipelineML) else pipeline


def _checked(argument: str, given: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    for key in given:
        if key not in keys:
            hint = did_you_mean(key, keys) or f"it takes {', '.join(keys)}"
            raise BindingError(f"{argument} has no '{key}'; {hint}")
    return dict(given)
