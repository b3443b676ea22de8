"""Nodes that declare types for a parameter, and a validator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


class Cut(BaseModel):
    at: float


@dataclass
class Limit:
    at: float


class Rows:
    def __init__(self, most: int, **_: Any) -> None:
        self._most = most

    def validate(self, data: Any) -> Any:
        assert len(data) <= self._most
        return data


def fit_cut(data: Any, cut: Cut) -> Any:
    return data, cut


def apply_cut(data: Any, fitted: Any, cut: Cut | None) -> Any:
    return data, fitted, cut


def apply_limit(data: Any, fitted: Any, cut: Limit) -> Any:
    return data, fitted, cut
