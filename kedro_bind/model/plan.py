"""The plan: the logged model's own document, readable YAML beside its artifacts."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

__all__ = ["FORMAT", "PLAN_FILE", "Artifact", "NodePlan", "Plan", "PlanError", "read_plan", "write_plan"]

FORMAT = 1
PLAN_FILE = "plan.yml"

Names = str | list[str] | dict[str, str] | None
CopyMode = Literal["assign", "copy", "deepcopy"]


class PlanError(Exception):
    """A logged model can't be loaded: something of it is missing, changed or unknown."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NodePlan(_Strict):
    """One step: a function by `module:qualname` (or a pickle of it), its inputs and outputs as Kedro writes them."""

    name: str
    function: str = ""
    pickle: str | None = None
    inputs: Names = None
    outputs: Names = None


class Artifact(_Strict):
    """What training fitted: where it lies below the plan's folder, and the Kedro dataset that reads it.

    `dataset` is a dataset's configuration; its `filepath` (or `path`) is `location`. An artifact without
    `dataset` was captured by value, as a pickle. `sha256` is over the file, or over all files of a folder.
    """

    location: str
    dataset: dict[str, Any] | None = None
    path_key: str = "filepath"
    sha256: str | None = None

    @field_validator("location")
    @classmethod
    def _inside(cls, location: str) -> str:
        path = PurePosixPath(location)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("must lie in the model's folder")
        return location


class RunnerPlan(_Strict):
    """The runner by import path, with its arguments."""

    type: str = "kedro.runner.SequentialRunner"
    arguments: dict[str, Any] = Field(default_factory=dict)


class Plan(_Strict):
    """Everything that a prediction needs, except the code and the artifacts that it names.

    `copy_mode` has the mode of every dataset that does not get Kedro's default for its type; `parameters`
    the values of the `params:` inputs (and of `parameters`); `predict_params` those a request may override.
    """

    format: Annotated[int, Field(ge=1)] = FORMAT
    name: str
    input_name: str
    output_name: str
    runner: RunnerPlan = Field(default_factory=RunnerPlan)
    nodes: Annotated[list[NodePlan], Field(min_length=1)]
    artifacts: dict[str, Artifact] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)
    predict_params: list[str] = Field(default_factory=list)
    copy_mode: dict[str, CopyMode] = Field(default_factory=dict)


def write_plan(plan: Plan, folder: Path) -> None:
    """Write the plan into its folder."""
    content = plan.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump({"format": plan.format, **content}, sort_keys=False, allow_unicode=True, width=100)
    (folder / PLAN_FILE).write_text(text, encoding="utf-8")


def read_plan(folder: Path) -> Plan:
    """Read the plan of a folder.

    Raises:
        PlanError: it is missing, truncated, changed by hand into something else, or of a newer format.
    """
    file = folder / PLAN_FILE
    try:
        content = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except OSError as error:
        raise PlanError(f"the model's plan can't be read: {error}") from error
    except yaml.YAMLError as error:
        raise PlanError(f"the model's plan {file} is no valid YAML: {' '.join(str(error).split())}") from error
    if isinstance(content, dict) and isinstance(content.get("format"), int) and content["format"] > FORMAT:
        raise PlanError(
            f"the model's plan {file} has the format {content['format']}; this kedro_bind reads up to {FORMAT}"
            ": install the version in the model's requirements"
        )
    try:
        return Plan.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the document"
        raise PlanError(f"the model's plan {file} does not hold: {where}: {first['msg']}") from error
