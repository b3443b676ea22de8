"""The plan: the logged model's own document, readable YAML beside its artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, ValidationError

from kedro_bind.model.wiring import wiring_problems

__all__ = [
    "FORMAT",
    "PATH_KEYS",
    "PLAN_FILE",
    "Artifact",
    "NodePlan",
    "ParameterType",
    "Plan",
    "PlanError",
    "ValidatorPlan",
    "from_yaml",
    "paths_in",
    "read_plan",
    "to_yaml",
    "write_plan",
]

FORMAT = 3
"""In format 1, what was empty or a default was left out, so that a plan that lacks a key looks like a whole one;
format 3 has the sha256 of everything that is loaded."""
_SINCE = {"code": 3, "parameter_types": 3, "validators": 3, "row_wise": 3, "row_wise_reason": 3}
"""The format that brought a key; the others are from format 2."""
PLAN_FILE = "plan.yml"
PATH_KEYS = ("filepath", "path")
"""The arguments by which datasets take the place of their data."""

Names = str | list[str] | dict[str, str] | None
CopyMode = Literal["assign", "copy", "deepcopy"]

# libyaml, where PyYAML has it, is several times faster; all four are safe.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _is_inside(location: str) -> bool:
    path = PurePosixPath(location)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "://" not in location


def _inside(location: str) -> str:
    if not _is_inside(location):
        raise ValueError("must lie in the model's folder")
    return location


def _without_paths(config: dict[str, Any]) -> dict[str, Any]:
    if found := next(paths_in(config), None):
        raise ValueError(f"must read from the artifact's location alone, and has '{found}'")
    return config


def paths_in(config: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Find the keys of a dataset's configuration that lead it to another place than the artifact's location.

    Further down there may be relative ones, such as that of an IncrementalDataset's checkpoint in its folder.
    """
    for key, value in config.items():
        if key in PATH_KEYS and not (where and _is_inside(str(value))):
            yield f"{where}{key}"
        elif isinstance(value, dict):
            yield from paths_in(value, f"{where}{key}.")


Location = Annotated[str, AfterValidator(_inside)]


class PlanError(Exception):
    """A logged model can't be loaded: something of it is missing, changed or unknown."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class NodePlan(_Strict):
    """One step: a function by `module:qualname` (or a pickle of it), its inputs and outputs as Kedro writes them.

    `sha256` is that of the pickle.
    """

    name: str
    function: str = ""
    pickle: Location | None = None
    sha256: str | None = None
    inputs: Names = None
    outputs: Names = None


class Artifact(_Strict):
    """What training fitted: where it lies below the plan's folder, and the Kedro dataset that reads it.

    `dataset` is a dataset's configuration; its `filepath` (or `path`) is `location`. An artifact without
    `dataset` was captured by value, as a pickle. `sha256` is over the file, or over all files of a folder.
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
    """The class that makes an object of a parameter, by `module:qualname`; an optional one leaves null as it is."""

    type: str
    optional: bool = False


class ValidatorPlan(_Strict):
    """A validator by import path, with its options, and the modes in which the model runs it."""

    type: str
    modes: Annotated[list[Literal["load", "save"]], Field(min_length=1)]
    severity: Literal["error", "warn"] = "error"
    options: dict[str, Any] = Field(default_factory=dict)


class Plan(_Strict):
    """Everything that a prediction needs, except the code and the artifacts that it names.

    `copy_mode` has the mode of every dataset that does not get Kedro's default for its type; `parameters`
    the values of the `params:` inputs (and of `parameters`); `predict_params` those a request may override.
    `parameter_types` has, by Kedro's keys (`model.cut`), the types that make objects of these plain values, and
    `validators` those of the datasets that have one. `code` has the sha256 of each file of the model's code folder.
    `row_wise` tells whether verification found that each row is predicted as it would be alone; if not,
    `row_wise_reason` says what it found.
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
    parameter_types: dict[str, ParameterType] = Field(default_factory=dict)
    validators: dict[str, ValidatorPlan] = Field(default_factory=dict)
    code: dict[str, str] = Field(default_factory=dict)
    row_wise: bool = False
    row_wise_reason: str = ""
    output_name: str


def write_plan(plan: Plan, folder: Path) -> None:
    """Write the plan into its folder."""
    content = {
        **plan.model_dump(),
        "nodes": [each.model_dump(exclude_defaults=True) for each in plan.nodes],
        **{
            key: {name: each.model_dump(exclude_defaults=True) for name, each in getattr(plan, key).items()}
            for key in ("artifacts", "parameter_types", "validators")
        },
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
    missing = [name for name in Plan.model_fields if plan.format >= _SINCE.get(name, 2) and name not in content]
    if missing:
        raise PlanError(_broken(file, f"it lacks {', '.join(missing)}"))
    for problem in [*wiring_problems(plan), *_unsealed(plan)]:
        raise PlanError(_broken(file, problem))
    return plan


def _unsealed(plan: Plan) -> Iterator[str]:
    """Name what would be unpickled without having been compared; earlier formats have no digests of functions."""
    digests = [(name, artifact.sha256) for name, artifact in plan.artifacts.items()]
    digests += [(node.name, node.sha256) for node in plan.nodes if node.pickle]
    if plan.format >= 3:  # noqa: PLR2004 - the first one that has them all
        yield from (f"it lacks the sha256 of '{name}'" for name, sha256 in digests if sha256 is None)


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
