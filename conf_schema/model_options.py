"""The type of `model` in a binding: how the model is logged."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationInfo, model_validator

from conf_schema.values import (
    EACH,
    ONE,
    AllOrNames,
    AutoOrNames,
    Conditions,
    Maybe,
    Name,
    Names,
    Strict,
    conflict,
    form,
)

__all__ = ["ModelOptions"]

_OF_REGISTERED = {
    "aliases": "aliases require a registered model, and 'registered_model_name' is missing",
    "await_registration_for": "there is no registration to wait for, since 'registered_model_name' is missing",
    "promote_if": "only a registered version can be promoted, and 'registered_model_name' is missing",
}
_ENVIRONMENTS = ("pip_requirements", "extra_pip_requirements", "conda_env")
_EXCLUSIVE: list[Any] = [
    *({"required": list(pair)} for pair in itertools.combinations(_ENVIRONMENTS, 2)),
    {"properties": {"row_wise": {"const": True}, "verify": {"const": False}}, "required": ["row_wise", "verify"]},
]
"""The combinations of keys that are invalid, as JSON Schema."""


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
        description="The number of input rows that are kept as an example: 'auto' (5), 'none', or a number.",
        examples=["auto", 10],
    )
    code_paths: AutoOrNames = Field(
        "auto",
        description="Code that is logged with the model: 'auto' (the project's package), 'none', or a list of paths.",
        examples=["auto", ["src/churn"]],
    )
    pip_requirements: Maybe[Names] = Field(
        None,
        description="The model's requirements, instead of the inferred ones.",
        examples=[["scikit-learn==1.5.0"]],
    )
    extra_pip_requirements: Maybe[Names] = Field(
        None, description="Requirements in addition to the inferred ones.", examples=[["xgboost"]]
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
        description="A description of the model, shown in MLflow; by default the first paragraph of the docstring "
        "of its last function.",
        examples=["Churn within 90 days"],
    )
    aliases: Maybe[Names] = Field(None, description="The aliases of the registered version.", examples=[["challenger"]])
    promote_if: Maybe[Conditions] = Field(
        None,
        description="The version gets its aliases only if this condition holds: a metric of the evaluation "
        "(without one: of the run), compared with a "
        "number or with the same metric of the version that has an alias. Of several conditions, all have to hold.",
        examples=["accuracy >= champion", ["accuracy >= champion", "accuracy >= 0.9"]],
    )
    metrics: Maybe[Names] = Field(
        None,
        description="Training datasets whose numbers are logged as metrics of the MLflow run and of the model: a "
        "number under the name of its dataset, a mapping under its own keys.",
        examples=[["metrics"]],
    )
    predict_params: AllOrNames = Field(
        "all",
        description="The `params:` inputs that a caller may override: 'all', 'none', or a list.",
        examples=["all", ["params:threshold"]],
    )
    validators: bool = Field(
        True,
        description="Whether the model runs the validators that the catalog declares for its datasets (Kedro 1.7).",
        examples=[False],
    )
    verify: bool = Field(
        True,
        description="Whether the model is verified: loaded, and tried on the example, in a fresh process.",
        examples=[False],
    )
    row_wise: Annotated[
        Annotated[Literal["auto"], Tag("word")] | Annotated[bool, Tag("flag")],
        Discriminator(lambda value: "flag" if isinstance(value, bool) else "word"),
    ] = Field(
        "auto",
        description="Whether each row is predicted independently, so that a server may combine requests: 'auto' "
        "(verification finds out), true (verification fails if it is not so), or false (not tried).",
        examples=["auto", True],
    )

    @model_validator(mode="after")
    def _agree(self, info: ValidationInfo) -> ModelOptions:
        """Check combinations of keys.

        In the context of the validation, `bad` names keys that may have been declared, and `invalid` those that were,
        with a bad value that the draft has removed.
        """
        context = info.context or {}
        bad, invalid = context.get("bad", ()), context.get("invalid", ())
        present = {key for key in type(self).model_fields if f"model.{key}" in bad or getattr(self, key) is not None}
        certain = {key for key in present if f"model.{key}" in invalid or getattr(self, key) is not None}
        for key, reason in _OF_REGISTERED.items():
            if key in certain and "registered_model_name" not in present:
                raise conflict(key, reason, "add 'registered_model_name'", "registered_model_name")
        if "promote_if" in certain and "aliases" not in present:
            reason = "a version is promoted by means of its aliases, and 'aliases' is missing"
            raise conflict("promote_if", reason, "add 'aliases'", "aliases")
        if self.row_wise is True and not self.verify:
            reason = "only verification can confirm it, and 'verify' is false"
            raise conflict("row_wise", reason, "remove one of them")
        environments = [key for key in _ENVIRONMENTS if key in present]
        valid = [key for key in environments if getattr(self, key) is not None]
        if valid and len(environments) > 1:
            other = next(key for key in environments if key != valid[-1])
            reason = f"MLflow takes only one of '{other}' and '{valid[-1]}'"
            raise conflict(valid[-1], reason, "keep one of them")
        return self
