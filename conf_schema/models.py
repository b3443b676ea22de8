"""The types of a `pipeline_ml.yml` document."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    ValidationInfo,
    model_validator,
)

from conf_schema.values import (
    EACH,
    ONE,
    AllOrNames,
    AutoOrNames,
    Conditions,
    CopyMode,
    CopyModes,
    Maybe,
    Name,
    Names,
    Strict,
    conflict,
    form,
)

__all__ = ["Binding", "CopyMode", "Document", "ModelOptions", "RunnerSpec", "Selection", "TrainingSelection"]


class Selection(Strict):
    """Which nodes of the registered pipelines make one side of a binding.

    The filters are the arguments of `kedro.pipeline.Pipeline.filter`, under their own names; a node has to
    pass all that are given. Without any, the whole pipeline is selected.
    """

    pipeline: Names = Field(
        default=("__default__",),
        description="A registered pipeline, or several, whose sum is taken.",
        examples=["data_science", ["data_engineering", "data_science"]],
    )
    tags: Maybe[Names] = Field(None, description="Keep the nodes that have any of these tags.", examples=[["training"]])
    node_names: Maybe[Names] = Field(None, description="Keep the nodes with these names.", examples=[["fit_model"]])
    from_nodes: Maybe[Names] = Field(
        None, description="Keep these nodes and all that depend on them.", examples=[["split"]]
    )
    to_nodes: Maybe[Names] = Field(
        None, description="Keep these nodes and all that they depend on.", examples=[["fit_model"]]
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
        None, description="Leave out the nodes that have any of these tags.", examples=[["evaluation"]]
    )

    @property
    def filters(self) -> dict[str, list[str]]:
        """The arguments for `Pipeline.filter` that the document gives."""
        given = self.model_dump(include=_FILTERS, exclude_none=True)
        return {name: list(values) for name, values in given.items()}


_FILTERS = set(Selection.model_fields) - {"pipeline", "exclude_tags"}


class TrainingSelection(Selection):
    """Which nodes train, and which of their datasets is what a caller will supply."""

    input_name: Maybe[Name] = Field(
        None,
        description="The training dataset that corresponds to the binding's input_name, where the names differ. "
        "Schema, example and verification rows come from it; it is not stored in the model.",
        examples=["training.customers"],
    )


def _named(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


class RunnerSpec(BaseModel):
    """The Kedro runner of the logged model; further keys are arguments of the runner."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    type: Name = Field(
        "SequentialRunner",
        description="The name of a runner in kedro.runner, or the import path of any other.",
        examples=["SequentialRunner", "ThreadRunner", "my_project.runners.MyRunner"],
    )

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments for the runner."""
        return dict(self.model_extra or {})


_OF_REGISTERED = {
    "aliases": "an alias belongs to a registered model, and there is no 'registered_model_name'",
    "await_registration_for": "there is no registration to wait for without a 'registered_model_name'",
    "promote_if": "only a registered version can be promoted, and there is no 'registered_model_name'",
}
_ENVIRONMENTS = ("pip_requirements", "extra_pip_requirements", "conda_env")
_EXCLUSIVE: list[Any] = [
    *({"required": list(pair)} for pair in itertools.combinations(_ENVIRONMENTS, 2)),
    {"properties": {"row_wise": {"const": True}, "verify": {"const": False}}, "required": ["row_wise", "verify"]},
]
"""What no `ModelOptions` has, as JSON Schema."""


class ModelOptions(Strict):
    """How the model is logged: arguments of `mlflow.pyfunc.log_model` under their own names, and a few more."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {
                **{key: ["registered_model_name"] for key in _OF_REGISTERED},
                "promote_if": ["registered_model_name", "aliases"],
            },
            "not": {"anyOf": _EXCLUSIVE},
        }
    )

    name: Maybe[Name] = Field(
        None, description="The name of the logged model; the binding's by default.", examples=["churn"]
    )
    registered_model_name: Maybe[Name] = Field(
        None, description="Register a version of this model.", examples=["churn"]
    )
    await_registration_for: Maybe[Annotated[int, Field(ge=0)]] = Field(
        None,
        description="Seconds to wait until the registered version is ready; MLflow's default is 300.",
        examples=[60],
    )
    signature: Literal["auto", "none"] = Field(
        "auto", description="Whether the signature is inferred from the data of the run.", examples=["auto"]
    )
    input_example: Annotated[
        Annotated[Literal["auto", "none"], Tag("word")] | Annotated[int, Field(ge=1), Tag("number")],
        Discriminator(lambda value: "number" if isinstance(value, int) and not isinstance(value, bool) else "word"),
    ] = Field(
        "auto",
        description="Rows of the input that are kept as an example: 'auto' (5), 'none', or a number.",
        examples=["auto", 10],
    )
    code_paths: AutoOrNames = Field(
        "auto",
        description="Code that travels with the model: 'auto' (the project's package), 'none', or a list of paths.",
        examples=["auto", ["src/churn"]],
    )
    pip_requirements: Maybe[Names] = Field(
        None,
        description="The model's requirements, instead of the inferred ones.",
        examples=[["scikit-learn==1.5.0"]],
    )
    extra_pip_requirements: Maybe[Names] = Field(
        None, description="Requirements beside the inferred ones.", examples=[["xgboost"]]
    )
    conda_env: Maybe[
        Annotated[Annotated[Name, Tag(ONE)] | Annotated[dict[str, Any], Tag(EACH)], Discriminator(form)]
    ] = Field(None, description="A Conda environment: a file's path, or its content.", examples=["conda.yml"])
    metadata: Maybe[dict[str, Any]] = Field(
        None, description="Metadata that is stored in the MLmodel file.", examples=[{"team": "growth"}]
    )
    tags: Maybe[dict[str, str]] = Field(
        None,
        description="Tags of the logged model and of its registered version.",
        examples=[{"stage": "trial"}],
    )
    description: Maybe[Name] = Field(
        None,
        description="What the model is for, shown in MLflow; by default what the docstring of its last function begins "
        "with.",
        examples=["Churn within 90 days"],
    )
    aliases: Maybe[Names] = Field(
        None, description="Aliases that the registered version gets.", examples=[["challenger"]]
    )
    promote_if: Maybe[Conditions] = Field(
        None,
        description="The version gets its aliases only if this holds: a metric of the run, compared with a number or "
        "with the metric of the version that holds an alias; several conditions all have to hold.",
        examples=["accuracy >= champion", ["accuracy >= champion", "accuracy >= 0.9"]],
    )
    metrics: Maybe[Names] = Field(
        None,
        description="Datasets of training whose numbers are logged as metrics of the MLflow run and of the model: a "
        "number under the name of its dataset, a mapping under its own keys.",
        examples=[["metrics"]],
    )
    predict_params: AllOrNames = Field(
        "all",
        description="Which `params:` inputs a caller may override: 'all', 'none', or a list.",
        examples=["all", ["params:threshold"]],
    )
    validators: bool = Field(
        True,
        description="Whether the model runs the validators that the catalog declares for its datasets (Kedro 1.7).",
        examples=[False],
    )
    verify: bool = Field(
        True,
        description="Whether the model is loaded and tried in a fresh process before it counts.",
        examples=[False],
    )
    row_wise: Annotated[
        Annotated[Literal["auto"], Tag("word")] | Annotated[bool, Tag("flag")],
        Discriminator(lambda value: "flag" if isinstance(value, bool) else "word"),
    ] = Field(
        "auto",
        description="Whether each row is predicted independently, so that a server may join requests: 'auto' (found "
        "out by the verification), true (the verification fails if it is not so), or false (not tried).",
        examples=["auto", True],
    )

    @model_validator(mode="after")
    def _agree(self, info: ValidationInfo) -> ModelOptions:
        """Compare keys with each other; the `context` of a validation may name keys that are given with a bad value."""
        bad = (info.context or {}).get("bad", frozenset())
        given = {key for key in type(self).model_fields if f"model.{key}" in bad or getattr(self, key) is not None}
        for key, reason in _OF_REGISTERED.items():
            if getattr(self, key) is not None and "registered_model_name" not in given:
                raise conflict(key, reason, "add 'registered_model_name'")
        if self.promote_if is not None and "aliases" not in given:
            raise conflict(
                "promote_if", "a version is promoted by its aliases, and there are no 'aliases'", "add 'aliases'"
            )
        if self.row_wise is True and not self.verify:
            reason = "only the verification can confirm it, and 'verify' is false"
            raise conflict("row_wise", reason, "remove one of them")
        environments = [key for key in _ENVIRONMENTS if key in given]
        valid = [key for key in environments if getattr(self, key) is not None]
        if valid and len(environments) > 1:
            other = next(key for key in environments if key != valid[-1])
            reason = f"MLflow takes only one of '{other}' and '{valid[-1]}'"
            raise conflict(valid[-1], reason, "keep one of them")
        return self


class Binding(Strict):
    """A training pipeline and the inference pipeline that what it fitted belongs to."""

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
        description="How a dataset in memory is handed to a node: one mode for all, or a mode for each dataset.",
        examples=["assign", {"classifier": "assign"}],
    )
    artifacts: dict[Name, Name] = Field(
        default_factory=dict,
        description="Inference input to training dataset, where the names differ.",
        examples=[{"serving.scaler": "training.scaler"}],
    )
    model: ModelOptions = Field(default_factory=ModelOptions, description="How the model is logged.")


class Document(RootModel[dict[Name, Binding]]):
    """All bindings of a project by the name of the bound pipeline."""

    model_config = ConfigDict(frozen=True)
    root: dict[Name, Binding] = Field(default_factory=dict)

    @property
    def bindings(self) -> dict[str, Binding]:
        """The bindings by name."""
        return self.root
