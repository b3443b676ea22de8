"""The plan: the document of a logged model, readable YAML beside its artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from kedro_bind.names import PATH_KEYS, Names

__all__ = [
    "FORMAT",
    "Artifact",
    "NodePlan",
    "ParameterType",
    "Plan",
    "PlanError",
    "ValidatorPlan",
    "paths_in",
]

FORMAT = 3
"""Format 1 left out empty values and defaults, so that a truncated plan looked complete; format 3 has the sha256 of
everything that is loaded."""

CopyMode = Literal["assign", "copy", "deepcopy"]


def _is_inside(location: str) -> bool:
    path = PurePosixPath(location)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "://" not in location


def _inside(location: str) -> str:
    if not _is_inside(location):
        raise ValueError("must be inside the model's folder")
    return location


def _without_paths(config: dict[str, Any]) -> dict[str, Any]:
    if found := next(paths_in(config), None):
        raise ValueError(f"must read from the artifact's location only, and has '{found}'")
    return config


def paths_in(config: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Find the keys of a dataset's configuration that are paths other than the artifact's location.

    Nested paths may be relative, such as that of an IncrementalDataset's checkpoint in its folder.
    """
    for key, value in config.items():
        if key in PATH_KEYS and not (where and _is_inside(str(value))):
            yield f"{where}{key}"
        elif isinstance(value, dict):
            yield from paths_in(value, f"{where}{key}.")


Location = Annotated[str, AfterValidator(_inside)]


class PlanError(Exception):
    """A logged model can't be loaded: a part of it is missing, was changed, or is unknown."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class NodePlan(_Strict):
    """A node: its function by `module:qualname` (or a pickle of it), its inputs and outputs in the form of Kedro.

    `sha256` is that of the pickle.
    """

    name: str
    function: str = ""
    pickle: Location | None = None
    sha256: str | None = None
    inputs: Names = None
    outputs: Names = None


class Artifact(_Strict):
    """What training fitted: its location below the plan's folder, and the Kedro dataset that reads it.

    `dataset` is the configuration of the dataset, with `location` as its `filepath` (or `path`). An artifact without
    `dataset` was captured by value, as a pickle. `sha256` covers the file, or all files of a folder.
    """

    location: Location
    dataset: Annotated[dict[str, Any], AfterValidator(_without_paths)] | None = None
    path_key: Literal["filepath", "path"] = "filepath"
    sha256: str | None = None


class RunnerPlan(_Strict):
    """The runner by import path, with its arguments."""

    type: str = "kedro.runner.SequentialRunner"
    arguments: dict[str, Any] = Field(default_factory=dict)


class ParameterType(_Strict):
    """The class that a parameter is an object of, by `module:qualname`; an optional one may be null."""

    type: str
    optional: bool = False


class ValidatorPlan(_Strict):
    """A validator by import path, with its options and the modes in which the model runs it."""

    type: str
    modes: Annotated[list[Literal["load", "save"]], Field(min_length=1)]
    severity: Literal["error", "warn"] = "error"
    options: dict[str, Any] = Field(default_factory=dict)


class Plan(_Strict):
    """Everything that a prediction needs, except the code and the artifacts, which it names.

    `copy_mode` has the mode of each dataset that does not have Kedro's default for its type. `parameters` has the
    values of the `params:` inputs (and of `parameters`); `predict_params` names those that a request may override.
    `parameter_types` has the types of these values by Kedro's keys (`model.cut`), and `validators` has the validators
    by dataset. `code` has the sha256 of each file in the model's code folder. `row_wise` says whether verification
    found that the prediction for a row never depends on other rows; if not, `row_wise_reason` says why.
    `row_wise_declared` says whether the binding has `row_wise: true`.
    The fields are in the order of the file. The last one is required and fits on one line, so a truncated file is
    never a valid plan.
    """

    format: Annotated[StrictInt, Field(ge=1)] = FORMAT
    name: str
    input_name: str
    runner: RunnerPlan = Field(default_factory=RunnerPlan)
    nodes: Annotated[list[NodePlan], Field(min_length=1)]
    artifacts: dict[str, Artifact] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)
    predict_params: list[str] = Field(default_factory=list)
    copy_mode: dict[str, CopyMode] = Field(default_factory=dict)
    parameter_types: dict[str, ParameterType] = Field(default_factory=dict)
    validators: dict[str, ValidatorPlan] = Field(default_factory=dict)
    code: dict[str, str] = Field(default_factory=dict)
    row_wise: bool = False
    row_wise_reason: str = ""
    row_wise_declared: bool = False
    output_name: str
