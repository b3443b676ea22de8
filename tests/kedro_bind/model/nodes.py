"""Node functions that can be imported by name."""

from __future__ import annotations

from typing import Any


def add(x: Any, artifact: Any) -> Any:
    return x + artifact


def describe(x: Any, artifact: Any) -> str:
    return f"{x} {artifact}"


def total(x: Any, artifact: dict[str, Any]) -> Any:
    """Add the partitions of a PartitionedDataset; its values are functions that load them."""
    return x + sum(load() for load in artifact.values())


def shift(x: Any, artifact: Any, offset: Any) -> Any:
    return x + artifact + offset


def fail(x: Any, artifact: Any) -> Any:
    raise LookupError(f"no {x}")


class Kept:
    @staticmethod
    def add(x: Any, artifact: Any) -> Any:
        return x + artifact
