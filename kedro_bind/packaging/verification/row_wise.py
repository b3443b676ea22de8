"""Row independence: whether a model predicts each row alone as it does beside others.

A server may join the rows of different callers in one call only if no row's prediction depends on another row. This is
tried out: each row alone, then the same rows as a whole, in parts, in another order and repeated to over a thousand. In
doubt, a model is not row-wise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.made_rows import made_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["MOST_ROWS", "REPEATED_ROWS", "RowWise", "check_row_wise"]

MOST_ROWS = 200
"""The most rows that are tried, made ones included."""
REPEATED_ROWS = 1_200
"""The least number of rows of the largest batch that is tried, if there is a row at all."""
_PARTS = (16, 101)
"""The sizes of the parts; the last one is above 100, where some code changes its way."""
_SMALL_PARTS = (2, 3)
_IN_SMALL_PARTS = 24
"""How many rows are tried in small parts, too: each part is a call, and calls are what takes time."""
_SINGLE, _DOUBLE = 1e-4, 1e-8
"""The relative differences that count as rounding, in single and in double precision."""
_BYTES_OF_A_DOUBLE = 8
_AGAIN = 16
"""How many rows are predicted alone once more, after all else, to find state and randomness."""


@dataclass(frozen=True)
class RowWise:
    """Whether a model is row-wise; if it is not, `reason` names the comparison that differed."""

    row_wise: bool
    reason: str = ""


class _TooManyCalls(BaseException):
    """The bound is reached; no `Exception`, since those of the model are caught."""


def check_row_wise(predict: Callable[[Any], Any], rows: Any, most_calls: int | None = None) -> RowWise:
    """Find out whether `predict` treats each row of a table or an array independently.

    `rows` are real ones: a DataFrame, or an array of shape [n, …]. Rows that catch what real ones hide are added. One
    that `predict` refuses alone is left out, and has to be refused beside others too: a gap that is filled from the
    row above would otherwise pass. After `most_calls` calls the search ends: a count, unlike a time, gives one verdict
    on every machine.

    Returns:
        The verdict. Never raises for what `predict` does.
    """
    if not _has_rows(rows):
        return RowWise(False, "there are no rows to compare, or the input is not a table or an array")
    batch = _Batch(made_rows(rows, MOST_ROWS))
    counted = predict if most_calls is None else _bounded(predict, most_calls)
    try:
        return _compare(counted, batch)
    except _Differs as found:
        return RowWise(False, str(found))
    except _TooManyCalls:
        return RowWise(False, "not verified: predicting is too slow")


def _bounded(predict: Callable[[Any], Any], most: int) -> Callable[[Any], Any]:
    calls = iter(range(most))

    def bounded(rows: Any) -> Any:
        if next(calls, None) is None:
            raise _TooManyCalls
        return predict(rows)

    return bounded


class _Differs(Exception):  # noqa: N818 - it ends a search, and is no error
    """Two predictions for the same rows are not the same."""


@dataclass(frozen=True)
class _Batch:
    """Rows as a caller would send them: numbered from 0, whatever their index was."""

    rows: Any

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, positions: Sequence[int]) -> Any:
        """Return a copy of the rows at these positions."""
        if hasattr(self.rows, "iloc"):
            return self.rows.iloc[list(positions)].reset_index(drop=True)
        return self.rows[list(positions)].copy()


def _compare(predict: Callable[[Any], Any], batch: _Batch) -> RowWise:
    alone: dict[int, Any] = {}
    refused = []
    for position in range(len(batch)):
        try:
            predictions = predict(batch.take([position]))
        except Exception:  # noqa: BLE001 - a model may refuse a row with any error
            refused.append(position)
            continue
        alone[position] = _split(predictions, 1, "a row alone")[0]
    kept = list(alone)
    if not kept:
        return RowWise(False, "the model refuses each row when it is alone")
    for what, positions in _arrangements(kept):
        _same_as_alone(predict, batch, positions, alone, what)
    for position in refused:
        _refused_beside(predict, batch, position, kept[0])
    for position in kept[:_AGAIN]:
        _same_as_alone(predict, batch, [position], alone, "a row alone, predicted a second time")
    return RowWise(True)


def _arrangements(kept: list[int]) -> Iterator[tuple[str, list[int]]]:
    """Yield the batches to try, each with what to call it."""
    yield "all rows as a whole", kept
    yield "all rows in reverse order", kept[::-1]
    yield "all rows in another order", [*kept[::2], *kept[1::2]]
    small = [(size, kept[-_IN_SMALL_PARTS:]) for size in _SMALL_PARTS]
    for size, among in [*small, *((size, kept) for size in _PARTS)]:
        rest = iter(among)
        while part := list(islice(rest, size)):
            yield f"rows in parts of {size}", part
    times = -(-REPEATED_ROWS // len(kept))
    yield f"all rows repeated to {times * len(kept)}", kept * times
    yield f"each row repeated, {times * len(kept)} in all", [position for position in kept for _ in range(times)]


def _same_as_alone(
    predict: Callable[[Any], Any], batch: _Batch, positions: list[int], alone: dict[int, Any], what: str
) -> None:
    try:
        predictions = predict(batch.take(positions))
    except Exception as error:  # noqa: BLE001 - a model may fail with any error
        failure = f"the model fails ({type(error).__name__}), and it fails for none of these rows alone"
        raise _Differs(f"{what}: {failure}") from None
    for position, prediction in zip(positions, _split(predictions, len(positions), what), strict=True):
        if not _same(prediction, alone[position]):
            raise _Differs(f"{what}: the prediction for a row differs from that for the row alone")


def _refused_beside(predict: Callable[[Any], Any], batch: _Batch, position: int, other: int) -> None:
    for pair in ([other, position], [position, other]):
        try:
            predict(batch.take(pair))
        except Exception:  # noqa: BLE001, S112 - refusing is what is expected here
            continue
        raise _Differs("beside another row, the model predicts a row that it refuses alone")


def _split(predictions: Any, count: int, what: str) -> list[Any]:
    """Return the prediction for each row, with its type: a batch must not change the type of a value."""
    import numpy as np
    import pandas as pd

    if not isinstance(predictions, pd.DataFrame | pd.Series | np.ndarray | list | tuple):
        raise _Differs(f"{what}: the prediction is a '{type(predictions).__name__}', which has no rows")
    if len(predictions) != count:
        raise _Differs(f"{what}: {len(predictions)} predictions for {count} row{'s' * (count != 1)}")
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


def _same(one: Any, other: Any) -> bool:
    """Compare two predictions for one row; numbers up to the rounding that the size of a batch may cause."""
    import numpy as np

    if type(one) is not type(other):
        same = False
    elif isinstance(one, tuple | list):
        same = len(one) == len(other) and all(map(_same, one, other))
    elif isinstance(one, dict):
        same = one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    elif isinstance(one, np.ndarray | np.generic | float):
        same = _same_numbers(np.asarray(one), np.asarray(other))
    else:
        same = one is other or bool(one == other)
    return same


def _same_numbers(one: Any, other: Any) -> bool:
    import numpy as np

    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    tolerance = _DOUBLE if one.dtype.itemsize >= _BYTES_OF_A_DOUBLE else _SINGLE
    return bool(np.allclose(one, other, rtol=tolerance, atol=tolerance * 1e-6, equal_nan=True))


def _has_rows(rows: Any) -> bool:
    import numpy as np
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return len(rows) > 0 and rows.columns.is_unique
    return isinstance(rows, np.ndarray) and rows.ndim > 0 and len(rows) > 0
