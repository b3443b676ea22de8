"""Find columns of the input that no prediction depends on, such as the target, so that callers need not send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.comparison import equal_predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["unused_columns"]

_MOST_CALLS = 60
"""How many predictions may look for unused columns, unless fewer are allowed."""


def unused_columns(predict: Callable[[Any], Any], rows: Any, most_calls: int | None = None) -> list[str]:
    """Find the columns of a table without which `predict` returns the same predictions.

    Columns are left out in groups, which are halved as long as something depends on them, so that few predictions are
    needed where nearly all columns are used, or nearly none. In a wide table, some unused columns may not be found.

    Args:
        predict: Predicts a table, and fails in any way if it needs a column that is missing.
        rows: A DataFrame of shape [n, columns]; other data has no columns to leave out.
        most_calls: The number of predictions after which the search ends.

    Returns:
        The names, in the order of the table; errors of `predict` are never raised.
    """
    import pandas as pd

    if not isinstance(rows, pd.DataFrame) or rows.empty or not rows.columns.is_unique:
        return []
    try:
        expected = predict(rows.copy())
        if not equal_predictions(predict(rows.copy()), expected):
            return []
    except Exception:  # noqa: BLE001 - a model may fail with any error
        return []

    left = iter(range(min(_MOST_CALLS, _MOST_CALLS if most_calls is None else most_calls)))

    def needless(columns: Sequence[Any]) -> bool:
        if next(left, None) is None:
            return False
        try:
            return equal_predictions(predict(rows.drop(columns=list(columns))), expected)
        except Exception:  # noqa: BLE001 - a model may fail with any error
            return False

    return [str(column) for column in _search(list(rows.columns), needless)]


def _search(columns: list[Any], needless: Callable[[Sequence[Any]], bool]) -> Iterator[Any]:
    if needless(columns):
        yield from columns
    elif len(columns) > 1:
        middle = len(columns) // 2
        yield from _search(columns[:middle], needless)
        yield from _search(columns[middle:], needless)
