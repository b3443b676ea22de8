"""The types of a `pipeline_ml.yml` document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from conf_schema.model_options import ModelOptions
from conf_schema.values import CopyModes, Maybe, Name, Names, Strict

__all__ = [
    "Binding",
    "Document",
    "EnvManager",
    "EvaluationSelection",
    "RunnerSpec",
    "Selection",
    "TrainingSelection",
]


class Selection(Strict):
    """The nodes of registered pipelines that are one side of a binding.

    The filters are the arguments of `kedro.pipeline.Pipeline.filter` under their own names; a node has to pass all
    of them. Without a filter, the whole pipeline is selected.
    """

    pipeline: Names = Field(
        default=("__default__",),
        description="A registered pipeline, or several that are added up.",
        examples=["data_science", ["data_engineering", "data_science"]],
    )
    tags: Maybe[Names] = Field(None, description="Keep the nodes that have any of these tags.", examples=[["training"]])
    node_names: Maybe[Names] = Field(None, description="Keep the nodes with these names.", examples=[["fit_model"]])
    from_nodes: Maybe[Names] = Field(
        None, description="Keep these nodes and all nodes that depend on them.", examples=[["split"]]
    )
    to_nodes: Maybe[Names] = Field(
        None, description="Keep these nodes and all nodes that they depend on.", examples=[["fit_model"]]
    )
    from_inputs: Maybe[Names] = Field(
        None, description="Keep the nodes that depend on these datasets.", examples=[["customers"]]
    )
    to_outputs: Maybe[Names] = Field(
        None, description="Keep the nodes that these datasets depend on.", examples=[["predictions"]]
    )
    node_namespaces: Maybe[Names] = Field(
        None, description="Keep the nodes of these namespaces.", examples=[["serving"]]
    )
    exclude_tags: Maybe[Names] = Field(
        None, description="Remove the nodes that have any of these tags.", examples=[["evaluation"]]
    )

    @property
    def filters(self) -> dict[str, list[str]]:
        """The arguments for `Pipeline.filter` that the document has."""
        filters = self.model_dump(include=_FILTERS, exclude_none=True)
        return {name: list(values) for name, values in filters.items()}


_FILTERS = set(Selection.model_fields) - {"pipeline", "exclude_tags"}


class TrainingSelection(Selection):
    """The nodes that train, and the dataset among theirs that corresponds to what a caller supplies."""

    input_name: Maybe[Name] = Field(
        None,
        description="The training dataset that corresponds to the binding's input_name, where the names differ; "
        "a training node reads or makes it. Schema, example and verification rows come from it; it is not stored in "
        "the model.",
        examples=["training.customers"],
    )


EnvManager = Literal["local", "virtualenv", "uv", "conda"]


class EvaluationSelection(Selection):
    """Which nodes score a model's predictions, on which data, and which of their outputs are metrics."""

    input_name: Maybe[Name] = Field(
        None,
        description="The dataset that the model predicts to be scored; by default training.input_name, or else the "
        "binding's input_name.",
        examples=["holdout"],
    )
    metrics: Maybe[Names] = Field(
        None,
        description="Outputs of these nodes whose numbers are logged as metrics: a number under the name of its "
        "dataset, a mapping under its own keys. By default, all outputs that are one or the other.",
        examples=[["scores"]],
    )
    env_manager: EnvManager = Field(
        "local",
        description="The environment in which the version that holds the alias predicts: this one ('local'), or one "
        "that MLflow makes from that version's own requirements.",
        examples=["local", "uv"],
    )


def _named(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


class RunnerSpec(BaseModel):
    """The Kedro runner of the logged model; other keys are arguments of the runner."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    type: Name = Field(
        "SequentialRunner",
        description="The name of a runner in kedro.runner, or the import path of another one.",
        examples=["SequentialRunner", "ThreadRunner", "my_project.runners.MyRunner"],
    )

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments for the runner."""
        return dict(self.model_extra or {})


class Binding(Strict):
    """A training pipeline, and the inference pipeline that uses what it fits."""

    training: TrainingSelection = Field(description="The nodes that fit what inference needs.")
    inference: Selection = Field(description="The nodes that predict; together they have one output.")
    input_name: Maybe[Name] = Field(
        None,
        description="The input of the inference pipeline that a caller supplies; by default the only one that is "
        "neither a parameter, nor an output of training, nor in artifacts.",
        examples=["customers"],
    )
    runner: Annotated[RunnerSpec, BeforeValidator(_named, json_schema_input_type=Name | RunnerSpec)] = Field(
        default_factory=RunnerSpec,
        description="The Kedro runner of the logged model.",
        examples=["SequentialRunner", {"type": "ThreadRunner", "max_workers": 4}],
    )
    copy_mode: CopyModes = Field(
        "assign",
        description="How a dataset in memory is passed to a node: one mode for all datasets, or one for each.",
        examples=["assign", {"classifier": "assign"}],
    )
    artifacts: dict[Name, Name] = Field(
        default_factory=dict,
        description="Inference inputs and the training datasets that they are, where the names differ.",
        examples=[{"serving.scaler": "training.scaler"}],
    )
    evaluation: Maybe[EvaluationSelection] = Field(
        None,
        description="The nodes that score the saved model before it is promoted.",
        examples=[{"pipeline": "evaluation", "input_name": "holdout"}],
    )
    model: ModelOptions = Field(default_factory=ModelOptions, description="How the model is logged.")


class Document(RootModel[dict[Name, Binding]]):
    """All bindings of a project, by the names of the bound pipelines."""

    model_config = ConfigDict(frozen=True)
    root: dict[Name, Binding] = Field(default_factory=dict)

    @property
    def bindings(self) -> dict[str, Binding]:
        """The bindings by name."""
        return self.root
