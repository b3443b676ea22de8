"""What a caller of `kedro bind predict` asks for, as it is on the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """A model, a table, and where its predictions go."""

    model: str
    source: str
    destination: str
    params: dict[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    workers: int = 1
    chunk_rows: int = 100_000
    max_rows: int = 1_000_000
    on_bad_rows: str = "fail"
    resume: bool = False
    overwrite: bool = False
    format: str | None = None
    engine: str = "local"
    env_manager: str = "local"
