"""What a saved model is made of, read from its folder: nothing of it is imported or unpickled."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.difference.node_code import ModelCode
from kedro_bind.model.plan import PlanError
from kedro_bind.model.plan_file import PLAN_FILE, read_plan
from kedro_bind.tracking.logged_models import latest_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.model.plan import Plan

__all__ = ["Contents", "contents_of"]


@dataclass(frozen=True)
class Contents:
    """A model by its parts; `metrics` is `None` where there is no store to ask for them."""

    label: str
    folder: Path
    plan: Plan
    signature: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    requirements: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] | None = None

    @cached_property
    def code(self) -> ModelCode:
        """The code that travels with the model."""
        return ModelCode(self.folder / "code")


def contents_of(folder: Path, label: str, *, metrics: bool = True) -> Contents:
    """Read a model from its folder; with `metrics`, those that its store has.

    Raises:
        EvaluationError: it is not a model of kedro_bind, or it is damaged.
    """
    plans = sorted(folder.glob(f"artifacts/*/{PLAN_FILE}"))
    if not plans:
        raise EvaluationError(f"'{label}' is not a model that kedro_bind logged: it has no {PLAN_FILE}")
    try:
        plan = read_plan(plans[0].parent)
        described = yaml.safe_load((folder / "MLmodel").read_text(encoding="utf-8"))
    except (PlanError, OSError, yaml.YAMLError) as error:
        raise EvaluationError(f"'{label}' can't be read: {error}") from error
    known = _metrics(described.get("model_id")) if metrics else None
    return Contents(label, folder, plan, _signature(described), _requirements(folder), known)


def _signature(described: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return inputs and outputs. The parameters of a signature are those of the plan, with their values."""
    signature = described.get("signature") or {}
    return {side: json.loads(signature[side]) for side in ("inputs", "outputs") if signature.get(side)}


def _requirements(folder: Path) -> dict[str, str]:
    file = folder / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return dict(_requirement(line.strip()) for line in lines if line.strip() and not line.startswith("#"))


def _requirement(line: str) -> tuple[str, str]:
    try:
        return Requirement(line).name.lower().replace("_", "-"), line
    except InvalidRequirement:  # an option such as `-r more.txt`
        return line, line


def _metrics(model_id: str | None) -> dict[str, float] | None:
    """Return the metrics of a logged model, with the dataset that each is of."""
    import mlflow

    if not model_id:
        return None
    try:
        model = mlflow.MlflowClient().get_logged_model(model_id)
    except Exception:  # noqa: BLE001 - a folder may come from a store that is not this one
        return None
    return {
        f"{metric.key} on {metric.dataset_name}" if metric.dataset_name else metric.key: metric.value
        for metric in latest_metrics(model)
    }
