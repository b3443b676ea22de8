"""The plan: the logged model's own document, readable YAML beside its artifacts."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, ValidationError

from kedro_bind.model.wiring import wiring_problems

__all__ = [
    "FORMAT",
    "PLAN_FILE",
    "Artifact",
    "NodePlan",
    "Plan",
    "PlanError",
    "from_yaml",
    "read_plan",
    "to_yaml",
    "write_plan",
]

FORMAT = 2
"""In format 1, what was empty or a default was left out, so that a plan that lacks a key looks like a whole one."""
PLAN_FILE = "plan.yml"

Names = str | list[str] | dict[str, str] | None
CopyMode = Literal["assign", "copy", "deepcopy"]

# libyaml, where PyYAML has it, is several times faster; all four are safe.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _inside(location: str) -> str:
    path = PurePosixPath(location)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("must lie in the model's folder")
    return location


Location = Annotated[str, AfterValidator(_inside)]


class PlanError(Exception):
    """A logged model can't be loaded: something of it is missing, changed or unknown."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class NodePlan(_Strict):
    """One step: a function by `module:qualname` (or a pickle of it), its inputs and outputs as Kedro writes them."""

    name: str
    function: str = ""
    pickle: Location | None = None
    inputs: Names = None
    outputs: Names = None


class Artifact(_Strict):
    """What training fitted: where it lies below the plan's folder, and the Kedro dataset that reads it.

    `dataset` is a dataset's configuration; its `filepath` (or `path`) is `location`. An artifact without
    `dataset` was captured by value, as a pickle. `sha256` is over the file, or over all files of a folder.
    """

    location: Location
    dataset: dict[str, Any] | None = None
    path_key: str = "filepath"
    sha256: str | None = None


class RunnerPlan(_Strict):
    """The runner by import path, with its arguments."""

    type: str = "kedro.runner.SequentialRunner"
    arguments: dict[str, Any] = Field(default_factory=dict)


class Plan(_Strict):
    """Everything that a prediction needs, except the code and the artifacts that it names.

    `copy_mode` has the mode of every dataset that does not get Kedro's default for its type; `parameters`
    the values of the `params:` inputs (and of `parameters`); `predict_params` those a request may override.
    The fields are in the order of the file: the last one is needed and fits on a line, so no part of a file
    passes for all of it.
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
    output_name: str


def write_plan(plan: Plan, folder: Path) -> None:
    """Write the plan into its folder."""
    content = {
        **plan.model_dump(),
        "nodes": [each.model_dump(exclude_defaults=True) for each in plan.nodes],
        "artifacts": {name: each.model_dump(exclude_defaults=True) for name, each in plan.artifacts.items()},
    }
    (folder / PLAN_FILE).write_bytes(to_yaml(content))


def read_plan(folder: Path) -> Plan:
    """Read the plan of a folder.

    Raises:
        PlanError: it is missing, truncated, changed by hand into something else, or of a newer format.
    """
    file = folder / PLAN_FILE
    try:
        content = from_yaml(file.read_bytes())
    except OSError as error:
        raise PlanError(f"the model's plan can't be read: {error}") from error
    except Exception as error:  # a date or a number that is none raises ValueError, for instance
        raise PlanError(f"the model's plan {file} is no valid YAML: {' '.join(str(error).split())}") from error
    written = content.get("format") if isinstance(content, dict) else None
    if isinstance(written, int) and written > FORMAT:
        raise PlanError(
            f"the model's plan {file} has the format {written}; this kedro_bind reads up to {FORMAT}"
            ": install the version in the model's requirements"
        )
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the document"
        raise PlanError(_broken(file, f"{where}: {first['msg']}")) from error
    needed = Plan.model_fields if plan.format > 1 else ["format"]
    missing = [name for name in needed if name not in content]
    if missing:
        raise PlanError(_broken(file, f"it lacks {', '.join(missing)}"))
    for problem in wiring_problems(plan):
        raise PlanError(_broken(file, problem))
    return plan


def to_yaml(content: Any) -> bytes:
    """Give plain values as YAML that a human can read."""
    dumped: bytes = yaml.dump(
        content,
        Dumper=_DUMPER,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
        encoding="utf-8",
    )
    return dumped


def from_yaml(text: bytes) -> Any:
    """Give the plain values that are in some YAML."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def _broken(file: Path, problem: str) -> str:
    return (
        f"the model's plan {file} does not hold: {problem}; it is not as it was logged"
        ": get the model from MLflow again, or log it again"
    )
