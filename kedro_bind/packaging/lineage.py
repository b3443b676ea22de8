"""Write where a model comes from into the model, and into tags."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.model.plan import Plan

__all__ = ["LINEAGE_FILE", "artifact_lineage", "lineage_tags", "lineage_text", "write_lineage"]

LINEAGE_FILE = "lineage.yml"


def artifact_lineage(plan: Plan, versions: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """Return the sha256 of each artifact, and the version of those that are versioned."""
    return {
        name: {"sha256": artifact.sha256, **({"version": versions[name]} if name in versions else {})}
        for name, artifact in plan.artifacts.items()
    }


def lineage_text(lineage: Mapping[str, Any]) -> str:
    """Return the lineage as YAML."""
    return yaml.safe_dump(dict(lineage), sort_keys=False, allow_unicode=True)


def write_lineage(lineage: Mapping[str, Any], folder: Path) -> None:
    """Write the lineage into the plan's folder."""
    (folder / LINEAGE_FILE).write_text(lineage_text(lineage), encoding="utf-8")


def lineage_tags(lineage: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of the lineage to search by, as MLflow tags."""
    git = lineage.get("git", {})
    tags = {
        "kedro_bind.binding": lineage["binding"],
        "kedro_bind.env": lineage.get("env", ""),
        "kedro_bind.version": lineage["versions"]["kedro-bind"],
        "kedro_version": lineage["versions"]["kedro"],
        "git_commit": git.get("commit", ""),
        "git_dirty": str(git["dirty"]).lower() if git else "",
    }
    return {key: value for key, value in tags.items() if value}
