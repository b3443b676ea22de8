"""Find columns of the input that no prediction depends on, such as the target, so that callers need not send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["unused_columns"]


def unused_columns(predict: Callable[[Any], Any], rows: Any, same: Callable[[Any, Any], bool]) -> list[str]:
    """Find the columns of a table without which `predict` returns the same predictions.

    Columns are left out in groups, which are halved while a prediction depends on them: a table of n columns takes at
    most about 2n calls, and few if most columns are unused.

    Args:
        predict: predicts a table; it may raise any error if a column is missing.
        rows: a DataFrame of shape [n, columns]; other data has no columns to leave out.
        same: compares the predictions for all columns with those for fewer.

    Returns:
        The names, in the order of the table; errors of `predict` are never raised.
    """
    import pandas as pd

    if not isinstance(rows, pd.DataFrame) or rows.empty or not rows.columns.is_unique:
        return []
    try:
        expected = predict(rows.copy())
        if not same(predict(rows.copy()), expected):
            return []
    except Exception:  # noqa: BLE001 - a model may fail with any error
        return []

    def needless(columns: Sequence[Any]) -> bool:
        try:
            return same(predict(rows.drop(columns=list(columns))), expected)
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
