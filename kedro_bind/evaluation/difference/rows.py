"""The predictions of two models on the same rows: which differ, and by how much."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["PredictionDifference", "RowDifference", "compare_predictions"]

_MOST_ROWS = 5
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12
"""Numbers that are closer than this are the same: libraries of linear algebra round in their own ways."""


@dataclass(frozen=True)
class RowDifference:
    """One row that is predicted differently: the values that differ, by column."""

    row: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class PredictionDifference:
    """What differs in the predictions; `problem` says why they can't be compared row by row.

    `skipped` says why there is nothing to compare. `largest` has the largest difference of each column of numbers.
    """

    data: str = ""
    rows: int = 0
    differing: int = 0
    largest: Mapping[str, float] = field(default_factory=dict)
    examples: Sequence[RowDifference] = ()
    problem: str = ""
    skipped: str = ""

    @property
    def different(self) -> bool:
        """Whether any row differs, or rows can't be compared."""
        return bool(self.differing or self.problem)


def compare_predictions(data: str, before: Any, after: Any) -> PredictionDifference:
    """Compare what two models predict for the same rows."""
    import pandas as pd

    if type(before) is not type(after):
        return PredictionDifference(data, problem=f"{_kind(before)} before, {_kind(after)} after")
    old, new = _table(before), _table(after)
    if old is None or new is None:
        same = bool(before == after) if before is not None else True
        return PredictionDifference(data, 1, 0 if same else 1)
    if len(old) != len(new):
        return PredictionDifference(data, len(old), problem=f"{len(old)} rows before, {len(new)} after")
    if list(old.columns) != list(new.columns):
        return PredictionDifference(data, len(old), problem=_columns(list(old.columns), list(new.columns)))
    unlike = pd.DataFrame({place: _unlike(old.iloc[:, place], new.iloc[:, place]) for place in range(old.shape[1])})
    rows = unlike.any(axis=1).to_numpy() if unlike.shape[1] else []
    places = [place for place, differs in enumerate(rows) if differs]
    largest = {
        str(name): distance
        for place, name in enumerate(old.columns)
        if (distance := _distance(old.iloc[:, place], new.iloc[:, place])) is not None and unlike[place].any()
    }
    examples = [_example(old, new, place, unlike.iloc[place].to_numpy()) for place in places[:_MOST_ROWS]]
    return PredictionDifference(data, len(old), len(places), largest, examples)


def _table(predictions: Any) -> Any:
    """Return predictions as a table; `None` where they are not one value, or several, for each row."""
    import numpy as np
    import pandas as pd

    if hasattr(predictions, "to_arrow"):  # polars
        predictions = predictions.to_arrow().to_pandas()
    if isinstance(predictions, pd.DataFrame):
        return predictions
    if isinstance(predictions, pd.Series):
        return predictions.to_frame("prediction" if predictions.name is None else str(predictions.name))
    if isinstance(predictions, np.ndarray) and predictions.ndim:
        flat = predictions.reshape(len(predictions), math.prod(predictions.shape[1:]))
        return pd.DataFrame(flat).rename(columns=lambda place: f"prediction {place}")
    if isinstance(predictions, list):
        return pd.DataFrame({"prediction": pd.Series(predictions, dtype=object)}).infer_objects()
    if isinstance(predictions, dict):
        with suppress(ValueError):  # of anything but columns of one length
            return pd.DataFrame(predictions)
    return None


def _columns(old: list[Any], new: list[Any]) -> str:
    """Say how the columns differ: in their names, or in their order alone."""
    if set(old) == set(new):
        return f"columns before: {', '.join(map(str, old))}; columns after: {', '.join(map(str, new))}"
    gone, come = (", ".join(str(name) for name in a if name not in b) or "none" for a, b in ((old, new), (new, old)))
    return f"columns removed: {gone}; columns added: {come}"


def _unlike(old: Any, new: Any) -> Any:
    """Mark the rows of a column that differ; missing values are like each other."""
    import numpy as np
    import pandas as pd

    whole = pd.api.types.is_integer_dtype(old.dtype) and pd.api.types.is_integer_dtype(new.dtype)
    if _is_numeric(old) and _is_numeric(new) and not whole:
        one, other = (column.astype("float64").to_numpy() for column in (old, new))
        return ~np.isclose(one, other, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True)
    both = list(zip(old.tolist(), new.tolist(), strict=True))
    missing = old.isna().to_numpy() & new.isna().to_numpy()
    return pd.Series([repr(one) != repr(other) for one, other in both], dtype=bool).to_numpy() & ~missing


def _distance(old: Any, new: Any) -> float | None:
    """Return the largest distance between two numbers; `None` where there are no two."""
    import numpy as np

    if not (_is_numeric(old) and _is_numeric(new)):
        return None
    with np.errstate(invalid="ignore"):  # infinity less infinity
        distances = np.abs(old.astype("float64").to_numpy() - new.astype("float64").to_numpy())
    known = distances[~np.isnan(distances)]
    return float(known.max()) if known.size else None


def _is_numeric(column: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype))


def _example(old: Any, new: Any, place: int, unlike: Any) -> RowDifference:
    names = [position for position, differs in enumerate(unlike) if differs]
    before, after = (
        {str(table.columns[position]): str(table.iloc[place, position]) for position in names} for table in (old, new)
    )
    return RowDifference(str(old.index[place]), before, after)


def _kind(value: Any) -> str:
    return f"{type(value).__module__.partition('.')[0]}.{type(value).__qualname__}"
