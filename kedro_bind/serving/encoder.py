"""Predictions to the JSON that MLflow's server answers with: equal to its body once both are parsed.

orjson is many times faster than the standard library, and writes null for NaN, which MLflow writes as `NaN`. So it is
used for what has plain values only; anything else goes through MLflow's own encoder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson

__all__ = ["Encoded", "encode"]


@dataclass(frozen=True)
class Encoded:
    """Predictions as JSON-ready values, for one caller or many; `plain` if orjson writes them as MLflow does."""

    values: Any
    plain: bool

    def body(self, start: int | None = None, stop: int | None = None) -> bytes:
        """Return the body of an answer with the predictions of some rows, or with all."""
        values = self.values if start is None else self.values[start:stop]
        if self.plain:
            return orjson.dumps({"predictions": values})
        from mlflow.utils.proto_json_utils import NumpyEncoder

        return json.dumps({"predictions": values}, cls=NumpyEncoder).encode()


def encode(predictions: Any) -> Encoded:
    """Return predictions as JSON-ready values."""
    import numpy as np
    import pandas as pd

    if isinstance(predictions, np.ndarray):
        return Encoded(predictions.tolist(), _is_plain(predictions))
    if isinstance(predictions, pd.Series):
        predictions = pd.DataFrame(predictions)
    if isinstance(predictions, pd.DataFrame):
        plain = all(_is_plain_column(predictions.iloc[:, place]) for place in range(predictions.shape[1]))
        return Encoded(predictions.to_dict(orient="records"), plain and _has_plain_names(predictions))
    return Encoded(predictions, plain=False)


def _is_plain(array: Any) -> bool:
    import numpy as np

    return array.dtype.kind in "biu" or (array.dtype.kind == "f" and bool(np.isfinite(array).all()))


def _is_plain_column(column: Any) -> bool:
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return not column.isna().any()
    return not isinstance(column.dtype, pd.api.extensions.ExtensionDtype) and _is_plain(column.to_numpy())


def _has_plain_names(table: Any) -> bool:
    return all(isinstance(name, str) for name in table.columns)
