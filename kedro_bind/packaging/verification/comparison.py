"""Compare predictions: whole ones, and row by row."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PredictionsDiffer", "equal_predictions", "equal_rows", "split_rows"]

_SINGLE, _DOUBLE = 1e-4, 1e-8
"""The relative differences between rows that count as rounding, in single and in double precision."""
_BYTES_OF_A_DOUBLE = 8


def equal_predictions(one: Any, other: Any) -> bool:
    """Return whether two predictions are equal, apart from rounding in the last digits; missing values are equal."""
    import numpy as np
    import pandas as pd

    if isinstance(one, pd.DataFrame | pd.Series):
        check: Any = pd.testing.assert_frame_equal if isinstance(one, pd.DataFrame) else pd.testing.assert_series_equal
        return type(one) is type(other) and _passes(check, one, other, check_dtype=False)
    if isinstance(one, np.ndarray | float | np.floating):
        return np.shape(one) == np.shape(other) and (
            _passes(np.testing.assert_allclose, one, other)
            if np.asarray(one).dtype.kind in "fc"
            else equal_predictions(np.asarray(one).tolist(), np.asarray(other).tolist())
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal_predictions(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(equal_predictions, one, other))
    # If `==` does not return a single truth value, as for a sparse matrix or a polars table, the pickles are compared.
    return _is_true(lambda: one == other) or _is_true(lambda: pickle.dumps(one) == pickle.dumps(other))


def _is_true(question: Callable[[], Any]) -> bool:
    try:
        return bool(question())
    except Exception:  # noqa: BLE001 - comparing and pickling objects may raise anything
        return False


def _passes(check: Callable[..., None], *values: Any, **options: Any) -> bool:
    try:
        check(*values, **options)
    except (AssertionError, TypeError, ValueError):
        return False
    return True


class PredictionsDiffer(Exception):  # noqa: N818 - it ends a search, and is not an error
    """Two predictions for the same rows differ."""


def split_rows(predictions: Any, count: int, batch: str) -> list[Any]:
    """Return the prediction for each row, with its type: a batch must not change the type of a value.

    Raises:
        PredictionsDiffer: there are not `count` predictions; the message names the `batch`.
    """
    import numpy as np
    import pandas as pd

    if not isinstance(predictions, pd.DataFrame | pd.Series | np.ndarray | list | tuple):
        raise PredictionsDiffer(f"{batch}: the prediction is a '{type(predictions).__name__}', which has no rows")
    if len(predictions) != count:
        raise PredictionsDiffer(f"{batch}: {len(predictions)} predictions for {count} row{'s' * (count != 1)}")
    if isinstance(predictions, pd.DataFrame):
        columns = [_values(predictions.iloc[:, place]) for place in range(predictions.shape[1])]
        names = tuple(predictions.columns)
        return [(names, *row) for row in zip(*columns, strict=True)] if columns else [(names,)] * count
    if isinstance(predictions, pd.Series):
        return _values(predictions)
    if isinstance(predictions, np.ndarray):
        return [(str(predictions.dtype), row) for row in predictions]
    return [(type(row).__name__, row) for row in predictions]


def _values(column: Any) -> list[Any]:
    kind = str(column.dtype)
    return [(kind, value) for value in column.tolist()]


def equal_rows(one: Any, other: Any) -> bool:
    """Return whether two predictions for one row are equal, apart from rounding that the size of a batch may cause."""
    import numpy as np

    if type(one) is not type(other):
        equal = False
    elif isinstance(one, tuple | list):
        equal = len(one) == len(other) and all(map(equal_rows, one, other))
    elif isinstance(one, dict):
        equal = one.keys() == other.keys() and all(equal_rows(one[key], other[key]) for key in one)
    elif isinstance(one, np.ndarray | np.generic | float):
        equal = _equal_arrays(np.asarray(one), np.asarray(other))
    else:
        equal = one is other or equal_predictions(one, other)
    return equal


def _equal_arrays(one: Any, other: Any) -> bool:
    import numpy as np

    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind not in "fc":
        return equal_rows(one.tolist(), other.tolist())
    tolerance = _DOUBLE if one.dtype.itemsize >= _BYTES_OF_A_DOUBLE else _SINGLE
    return bool(np.allclose(one, other, rtol=tolerance, atol=tolerance * 1e-6, equal_nan=True))
