"""Where a model comes from, as data that travels with it."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kedro_bind.own_store import DATABASE, FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.model.plan import Plan

__all__ = ["LINEAGE_FILE", "GitQuery", "artifact_lineage", "lineage_tags", "lineage_text", "write_lineage"]

LINEAGE_FILE = "lineage.yml"
_STATUS = (
    *("--no-optional-locks", "status", "--porcelain=v2", "--branch", "--", ":/"),
    *(f":(exclude){each}" for each in (f"{DATABASE}*", FILES)),
)
"""Our own store is no change of the project; `.gitignore` of a new Kedro project does not have it."""


class GitQuery:
    """Asks git for the state of a project; training goes on meanwhile."""

    def __init__(self, project_path: Path) -> None:
        self._state: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._ask, args=(project_path,), daemon=True)
        self._thread.start()

    @property
    def state(self) -> dict[str, Any]:
        """The commit of the project and whether it has uncommitted changes; empty outside of git."""
        self._thread.join()
        return self._state

    def _ask(self, project_path: Path) -> None:
        try:
            lines = _git(project_path, *_STATUS).splitlines()
        except (OSError, subprocess.SubprocessError):
            return
        commit = next((each.split()[2] for each in lines if each.startswith("# branch.oid ")), "(initial)")
        if commit != "(initial)":
            self._state = {"commit": commit, "dirty": any(not each.startswith("#") for each in lines)}


def artifact_lineage(plan: Plan, versions: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """Give the sha256 of each artifact, and the version of those that are versioned."""
    return {
        name: {"sha256": each.sha256, **({"version": versions[name]} if name in versions else {})}
        for name, each in plan.artifacts.items()
    }


def lineage_text(lineage: Mapping[str, Any]) -> str:
    """Give the lineage as YAML."""
    return yaml.safe_dump(dict(lineage), sort_keys=False, allow_unicode=True)


def write_lineage(lineage: Mapping[str, Any], folder: Path) -> None:
    """Write the lineage into the plan's folder."""
    (folder / LINEAGE_FILE).write_text(lineage_text(lineage), encoding="utf-8")


def lineage_tags(lineage: Mapping[str, Any]) -> dict[str, str]:
    """Give the part of the lineage that one searches by, as MLflow tags."""
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


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.strip()  # noqa: S603 - fixed arguments
