"""Find out whether a model is row-wise: whether the prediction for a row is the same alone and beside other rows.

A server may join the rows of different callers in one call only if no prediction depends on another row. So the rows
are predicted alone, then as a whole, in parts, in another order, and repeated to over a thousand. In doubt, a model is
not row-wise.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.comparison import PredictionsDiffer, equal_rows, split_rows
from kedro_bind.packaging.verification.made_rows import made_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["MOST_ROWS", "NOT_VERIFIED", "NO_ROW_ALONE", "REPEATED_ROWS", "TOO_SLOW", "RowWise", "check_row_wise"]

MOST_ROWS = 200
"""The most rows that are predicted, made ones included."""
REPEATED_ROWS = 1_200
"""The largest batch has at least so many rows."""
_PARTS = (16, 101)
"""The sizes of the parts; the last one is above 100, where some code takes another path."""
_SMALL_PARTS = (2, 3)
_IN_SMALL_PARTS = 24
"""How many rows are also predicted in small parts; every part is a call, and calls take the time."""
_MOST_SECONDS = 120.0
"""How long the search may take if the number of calls is limited: about 280 calls of almost half a second."""
_AGAIN = 16
"""How many rows are predicted alone once more at the end, to find state and randomness."""


@dataclass(frozen=True)
class RowWise:
    """Whether a model is row-wise; if not, `reason` names the comparison that differed.

    `declared` says that the binding declares the model row-wise, and `dependent` that a prediction has been found to
    depend on other rows.
    """

    row_wise: bool
    reason: str = ""
    declared: bool = False
    dependent: bool = False


NOT_VERIFIED = RowWise(row_wise=False, reason="not verified")
NO_ROW_ALONE = RowWise(False, "the model refuses each row when it is alone", dependent=True)
TOO_SLOW = RowWise(False, "not determined: predicting is too slow; 'row_wise: true' in 'model' sets no time limit")


class _TooManyCalls(BaseException):
    """The bound is reached; it is not an `Exception`, since those of the model are caught."""


def check_row_wise(predict: Callable[[Any], Any], rows: Any, most_calls: int | None = None) -> RowWise:
    """Find out whether `predict` treats the rows of a table or an array independently.

    `rows` are real ones: a DataFrame, or an array of shape [n, …]. Made rows are added, which show what real ones hide.
    A row that `predict` rejects alone is left out, and has to be rejected beside other rows too: otherwise, a gap that
    is filled from the row above would pass. With `most_calls`, the search ends after so many calls, or
    after two minutes.

    Returns:
        The verdict; errors of `predict` are part of it, and never raised.
    """
    if not _has_rows(rows):
        return RowWise(False, "there are no rows to compare, or the input is not a table or an array")
    counted = predict if most_calls is None else _bounded(predict, most_calls)
    try:
        return _compare(counted, _Batch(made_rows(rows, MOST_ROWS)))
    except PredictionsDiffer as found:
        return RowWise(False, str(found), dependent=True)
    except _TooManyCalls:
        return TOO_SLOW
    except Exception as error:  # noqa: BLE001 - rows and predictions may be of types that raise anything
        return RowWise(False, f"not determined: rows of this type can't be made or compared ({type(error).__name__})")


def _bounded(predict: Callable[[Any], Any], most: int) -> Callable[[Any], Any]:
    calls, end = iter(range(most)), time.monotonic() + _MOST_SECONDS

    def bounded(rows: Any) -> Any:
        if next(calls, None) is None or time.monotonic() > end:
            raise _TooManyCalls
        return predict(rows)

    return bounded


@dataclass(frozen=True)
class _Batch:
    """Rows as a caller would send them: numbered from 0, whatever index they had."""

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
    rejected = []
    for position in range(len(batch)):
        try:
            predictions = predict(batch.take([position]))
        except Exception:  # noqa: BLE001 - a model may reject a row with any error
            rejected.append(position)
            continue
        alone[position] = split_rows(predictions, 1, "a row alone")[0]
    kept = list(alone)
    if not kept:
        return NO_ROW_ALONE
    for name, positions in _arrangements(kept):
        _compare_with_alone(predict, batch, positions, alone, name)
    for position in rejected:
        _check_rejection(predict, batch, position, kept[0])
    for position in kept[:_AGAIN]:
        _compare_with_alone(predict, batch, [position], alone, "a row alone, predicted a second time")
    return RowWise(True)


def _arrangements(kept: list[int]) -> Iterator[tuple[str, list[int]]]:
    """Yield the name and the positions of every batch to predict."""
    yield "all rows as a whole", kept
    yield "all rows in reverse order", kept[::-1]
    yield "all rows in another order", [*kept[::2], *kept[1::2]]
    small = [(size, kept[-_IN_SMALL_PARTS:]) for size in _SMALL_PARTS]
    for size, rows in [*small, *((size, kept) for size in _PARTS)]:
        rest = iter(rows)
        while part := list(islice(rest, size)):
            yield f"rows in parts of {size}", part
    times = -(-REPEATED_ROWS // len(kept))
    yield f"all rows repeated to {times * len(kept)}", kept * times
    yield f"each row repeated, {times * len(kept)} in all", [position for position in kept for _ in range(times)]


def _compare_with_alone(
    predict: Callable[[Any], Any], batch: _Batch, positions: list[int], alone: dict[int, Any], name: str
) -> None:
    try:
        predictions = predict(batch.take(positions))
    except Exception as error:  # noqa: BLE001 - a model may fail with any error
        failure = f"the model fails ({type(error).__name__}), and it fails for none of these rows alone"
        raise PredictionsDiffer(f"{name}: {failure}") from None
    for position, prediction in zip(positions, split_rows(predictions, len(positions), name), strict=True):
        if not equal_rows(prediction, alone[position]):
            raise PredictionsDiffer(f"{name}: the prediction for a row differs from that for the row alone")


def _check_rejection(predict: Callable[[Any], Any], batch: _Batch, position: int, other: int) -> None:
    """Check that a row that is rejected alone is rejected beside another row too."""
    for pair in ([other, position], [position, other]):
        try:
            predict(batch.take(pair))
        except Exception:  # noqa: BLE001, S112 - it is expected to reject
            continue
        raise PredictionsDiffer("beside another row, the model predicts a row that it refuses alone")


def _has_rows(rows: Any) -> bool:
    import numpy as np
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        return len(rows) > 0 and rows.columns.is_unique
    return isinstance(rows, np.ndarray) and rows.ndim > 0 and len(rows) > 0
