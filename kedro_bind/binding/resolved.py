"""A resolved binding: both pipelines, and every option in force, however it was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kedro.io.core import is_parameter

from conf_schema import RunnerSpec
from kedro_bind.names import bare

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

    from conf_schema import Condition
    from kedro_bind.binding.evaluation import Evaluation

__all__ = ["DEFAULT_MODEL_NAME", "ModelSettings", "ResolvedBinding", "artifact_sources"]

DEFAULT_MODEL_NAME = "model"
"""The name of a model whose binding has no name, as in kedro-mlflow."""
_EXAMPLE_ROWS = 5


@dataclass(frozen=True, eq=False)
class ModelSettings:
    """How the model is logged; see `conf_schema.ModelOptions` for what the options mean.

    `signature` is "auto", "none" or a `ModelSignature`. `input_example` is "auto", "none", a number of rows, or the
    example itself. `code_paths` and the files of requirements are as declared, relative to the project's folder.
    `more` has further arguments of `mlflow.pyfunc.log_model`.
    """

    name: str = DEFAULT_MODEL_NAME
    registered_model_name: str | None = None
    await_registration_for: int = 300
    aliases: tuple[str, ...] = ()
    promote_if: tuple[Condition, ...] = ()
    signature: Any = "auto"
    input_example: Any = "auto"
    code_paths: Literal["auto", "none"] | tuple[str, ...] = "auto"
    pip_requirements: tuple[str, ...] | None = None
    extra_pip_requirements: tuple[str, ...] = ()
    conda_env: str | Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    metrics: tuple[str, ...] = ()
    predict_params: Literal["all", "none"] | tuple[str, ...] = "all"
    validators: bool = True
    verify: bool = True
    row_wise: Literal["auto"] | bool = "auto"
    more: Mapping[str, Any] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Compare all options; an example may be a table."""
        if not isinstance(other, ModelSettings):
            return NotImplemented
        return all(_equal(getattr(self, option.name), getattr(other, option.name)) for option in fields(self))

    __hash__ = None  # type: ignore[assignment]  # the values of options may not be hashable

    @property
    def example_rows(self) -> int:
        """How many rows of the input are kept, for the example and for the verification."""
        rows = self.input_example
        return rows if isinstance(rows, int) and not isinstance(rows, bool) else _EXAMPLE_ROWS

    @property
    def infers_signature(self) -> bool:
        """Whether the signature is inferred from the data of the run."""
        return isinstance(self.signature, str) and self.signature == "auto"

    @property
    def declares_environment(self) -> bool:
        """Whether requirements are declared, so that only those that every model needs are added."""
        return bool(self.pip_requirements or self.conda_env)


@dataclass(frozen=True, eq=False)
class ResolvedBinding:
    """A binding with every option in force.

    `name` is `None` for a binding that was made in Python. `training_input` is the training dataset that supplies
    schema, example and verification rows; it differs from `input_name` where namespaces do. `artifacts` maps inference
    inputs to training datasets where the names differ. With an empty `copy_mode` Kedro's default applies to all
    datasets. `document` is the binding in the form of a document.
    """

    training: Pipeline
    inference: Pipeline
    input_name: str
    training_input: str
    artifacts: Mapping[str, str] = field(default_factory=dict)
    runner: RunnerSpec = field(default_factory=RunnerSpec)
    copy_mode: str | Mapping[str, str | None] = "assign"
    model: ModelSettings = field(default_factory=ModelSettings)
    evaluation: Evaluation | None = None
    name: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Compare nodes and options, as kedro-mlflow compares two of its `PipelineML`."""
        if not isinstance(other, ResolvedBinding):
            return NotImplemented
        nodes = (self.training.nodes, self.inference.nodes) == (other.training.nodes, other.inference.nodes)
        named = [part.name for part in fields(self) if part.name not in ("training", "inference", "document")]
        return nodes and all(getattr(self, name) == getattr(other, name) for name in named)

    def __hash__(self) -> int:
        """Hash names and nodes: the values of options may not be hashable."""
        return hash((self.name, self.input_name, frozenset(self.training.nodes), frozenset(self.inference.nodes)))

    def named(self, name: str) -> ResolvedBinding:
        """Return the binding with the name that it is registered under, if it has no name."""
        return self if self.name is not None else replace(self, name=name)

    @property
    def label(self) -> str:
        """The name of the binding or, if it has none, of its model."""
        return self.name if self.name is not None else self.model.name

    @property
    def key(self) -> str:
        """The top-level key of a document that findings about this binding are under."""
        return self.name or ""

    @cached_property
    def artifact_sources(self) -> dict[str, str]:
        """The inference inputs that are artifacts, with their training datasets."""
        return artifact_sources(self.inference, self.input_name, self.artifacts)

    @cached_property
    def training_nodes(self) -> frozenset[Node]:
        """The nodes of training."""
        return frozenset(self.training.nodes)

    @cached_property
    def fitted(self) -> frozenset[str]:
        """The names of what training produces, without transcoding."""
        return frozenset(map(bare, self.training.all_outputs()))


def _equal(one: Any, other: Any) -> bool:
    """Compare two values; tables and arrays, whose `==` compares elements, as a whole."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except ValueError:
        return bool(one.equals(other) if hasattr(one, "equals") else (one == other).all())


def artifact_sources(inference: Pipeline, input_name: str, artifacts: Mapping[str, str]) -> dict[str, str]:
    """Map the inference inputs that are artifacts to their training datasets."""
    return {
        name: artifacts.get(name, name)
        for name in sorted(inference.inputs())
        if name != input_name and not is_parameter(name)
    }
