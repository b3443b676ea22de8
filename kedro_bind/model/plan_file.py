"""Write the file of a plan with a model; read and check it when the model is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from kedro_bind.model.plan import FORMAT, Plan, PlanError
from kedro_bind.model.wiring import wiring_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PLAN_FILE", "from_yaml", "read_plan", "to_yaml", "write_plan"]

PLAN_FILE = "plan.yml"
_SINCE = dict.fromkeys(("code", "parameter_types", "validators", "row_wise", "row_wise_reason", "row_wise_declared"), 3)
"""The format that introduced a key; the other keys are required from format 2 on."""
# libyaml is several times faster, if PyYAML was built with it; all four are safe.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def write_plan(plan: Plan, folder: Path) -> None:
    """Write the plan into its folder."""
    content = {
        **plan.model_dump(),
        "nodes": [node.model_dump(exclude_defaults=True) for node in plan.nodes],
        **{
            key: {name: value.model_dump(exclude_defaults=True) for name, value in getattr(plan, key).items()}
            for key in ("artifacts", "parameter_types", "validators")
        },
    }
    (folder / PLAN_FILE).write_bytes(to_yaml(content))


def read_plan(folder: Path) -> Plan:
    """Read the plan in a folder.

    Raises:
        PlanError: it is missing, truncated, invalid, or of a newer format.
    """
    file = folder / PLAN_FILE
    try:
        content = from_yaml(file.read_bytes())
    except OSError as error:
        raise PlanError(f"the model's plan can't be read: {error}") from error
    except Exception as error:  # an invalid date raises ValueError, for instance
        raise PlanError(f"the model's plan {file} is not valid YAML: {' '.join(str(error).split())}") from error
    written = content.get("format") if isinstance(content, dict) else None
    if isinstance(written, int) and written > FORMAT:
        raise PlanError(
            f"the model's plan {file} has format {written}, and this version of kedro_bind reads up to format {FORMAT}"
            "; install the version in the model's requirements"
        )
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the document"
        raise PlanError(_invalid(file, f"{where}: {first['msg']}")) from error
    missing = [name for name in Plan.model_fields if plan.format >= _SINCE.get(name, 2) and name not in content]
    if missing:
        raise PlanError(_invalid(file, f"it lacks {', '.join(missing)}"))
    for problem in [*wiring_problems(plan), *_missing_digests(plan)]:
        raise PlanError(_invalid(file, problem))
    return plan


def _missing_digests(plan: Plan) -> Iterator[str]:
    """Find what would be unpickled without being compared; formats before 3 have no digests of functions."""
    digests = [(name, artifact.sha256) for name, artifact in plan.artifacts.items()]
    digests += [(node.name, node.sha256) for node in plan.nodes if node.pickle]
    if plan.format >= 3:  # noqa: PLR2004 - the first format with all digests
        yield from (f"it lacks the sha256 of '{name}'" for name, sha256 in digests if sha256 is None)


def to_yaml(content: Any) -> bytes:
    """Return plain values as readable YAML."""
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
    """Return the plain values of a YAML document."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def _invalid(file: Path, problem: str) -> str:
    return (
        f"the model's plan {file} is invalid: {problem}; it has changed since it was logged"
        ", so get the model from MLflow again, or log it again"
    )
