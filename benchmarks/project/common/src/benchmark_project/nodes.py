"""The node functions; every variant calls these.

They do little on purpose: what a library adds to each of them shows the more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping


class Weights:
    """The small model: one weight for each column."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Score each row."""
        return matrix @ self.values


class Ballast(Weights):
    """The small model with many bytes in tow."""

    def __init__(self, values: np.ndarray, ballast: np.ndarray) -> None:
        super().__init__(values)
        self.ballast = ballast


def fit_scaler(customers: pd.DataFrame) -> dict[str, np.ndarray]:
    """Training: what scales a row."""
    matrix = customers.to_numpy()
    return {"mean": matrix.mean(axis=0), "std": matrix.std(axis=0), "step": np.full(matrix.shape[1], 0.001)}


def fit_model(customers: pd.DataFrame, fitted: Any) -> Any:  # noqa: ARG001 - fitted beforehand from the same customers
    """Training: hand on the model, which was fitted once for all variants."""
    return fitted


def scale(customers: pd.DataFrame, scaler: Mapping[str, np.ndarray]) -> np.ndarray:
    """Inference, first node."""
    return (customers.to_numpy() - scaler["mean"]) / scaler["std"]


def adjust(matrix: np.ndarray, scaler: Mapping[str, np.ndarray]) -> np.ndarray:
    """Inference, all nodes between: one cheap operation with an artifact."""
    return matrix + scaler["step"]


def decide(matrix: np.ndarray, model: Any, threshold: float) -> pd.DataFrame:
    """Inference, last node; the answer depends on the parameter of the request."""
    return pd.DataFrame({"score": model.predict(matrix) - threshold})
