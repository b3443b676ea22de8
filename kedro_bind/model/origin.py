"""The project that a model comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Origin"]


@dataclass(frozen=True)
class Origin:
    """Where a model is trained: the project's folder and package, the Kedro environment, what was run."""

    project_path: Path
    package: str | None = None
    env: str = ""
    pipeline_names: tuple[str, ...] = ()
