"""The functions, runners and datasets of generated projects."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from kedro.io import AbstractDataset
from kedro.runner import SequentialRunner
from pydantic import BaseModel, ConfigDict


def fit(table: Any, *others: Any) -> dict[str, Any]:
    return {"rows": len(table), "others": len(others)}


def apply(table: Any, fitted: dict[str, Any], *others: Any) -> Any:
    return table.assign(**{f"column_{len(table.columns)}": fitted["rows"] + len(others)})


@dataclass
class Cut:
    at: float


class PydanticCut(BaseModel):
    model_config = ConfigDict(extra="forbid")

    at: float


def apply_cut(table: Any, fitted: dict[str, Any], cut: PydanticCut, *others: Any) -> Any:
    return apply(table, fitted, cut.at, *others)


def apply_optional_cut(table: Any, fitted: dict[str, Any], cut: Cut | None, *others: Any) -> Any:
    return apply(table, fitted, "none" if cut is None else cut.at, *others)


class Filled:
    """A validator that refuses what is empty."""

    def __init__(self, least: int = 1) -> None:
        self.least = least

    def validate(self, data: Any) -> Any:
        if len(data) < self.least:
            raise ValueError("there is nothing in it")
        return data


def rate(predictions: Any, table: Any, *others: Any) -> dict[str, Any]:
    return {"rows": len(predictions), "of": {"table": len(table), "columns": len(predictions.columns)}}


def nested() -> Any:
    """Return a function that can't be imported by name."""

    def apply_nested(table: Any, fitted: dict[str, Any], *others: Any) -> Any:
        return apply(table, fitted, *others)

    return apply_nested


def locked() -> Any:
    """Return a function that can't be pickled."""
    lock = threading.Lock()

    def apply_alone(table: Any, fitted: dict[str, Any], *others: Any) -> Any:
        with lock:
            return apply(table, fitted, *others)

    return apply_alone


class Needy(SequentialRunner):
    """A runner with a required argument."""

    def __init__(self, needed: int, *, is_async: bool = False) -> None:
        super().__init__(is_async=is_async)
        self.needed = needed


class Store(AbstractDataset[Any, Any]):
    """A dataset that is not a file, but a place in this process."""

    places: dict[str, Any] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, place: str) -> None:
        self._place = place

    def load(self) -> Any:
        return self.places[self._place]

    def save(self, data: Any) -> None:
        self.places[self._place] = data

    def _describe(self) -> dict[str, Any]:
        return {"place": self._place}
