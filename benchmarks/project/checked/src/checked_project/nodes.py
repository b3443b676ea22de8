"""What the nodes do; the check never calls them."""

from __future__ import annotations

from typing import Any


def fit(data: Any) -> Any:
    return data


def apply(data: Any, fitted: Any) -> tuple[Any, Any]:
    return data, fitted
