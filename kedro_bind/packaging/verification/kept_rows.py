"""Choose the rows of a run's input for its verification: few, with rare values among them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LOOKED_AT", "MOST_KEPT", "kept_rows"]

MOST_KEPT = 60
"""The most rows that are kept."""
LOOKED_AT = 100_000
"""How many of the first rows are looked at: more would slow down training noticeably."""
_RARE = 40
"""The most rows that are kept for their rare values; the others are spread evenly."""
_RAREST = 2
"""For how many of the rarest values of a column a row is kept."""


def kept_rows(data: Any) -> Any:
    """Return a copy of up to `MOST_KEPT` rows of a table or an array, in their order; `None` for other data."""
    import numpy as np
    import pandas as pd

    if type(data) is pd.DataFrame:
        table = data.iloc[:LOOKED_AT]
        return table.iloc[_positions(len(table), _of_table(table))]
    if type(data) is np.ndarray and data.ndim:
        array = data[:LOOKED_AT]
        return array[_positions(len(array), _of_array(array))]
    return None


def _positions(count: int, rare: Iterator[int]) -> list[int]:
    kept = dict.fromkeys(_first_distinct(rare, _RARE))
    spread = (step * count // MOST_KEPT for step in range(MOST_KEPT))
    for position in spread if count > MOST_KEPT else range(count):
        if len(kept) < MOST_KEPT:
            kept[position] = None
    return sorted(kept)


def _first_distinct(positions: Iterator[int], most: int) -> Iterator[int]:
    seen: set[int] = set()
    for position in positions:
        if position not in seen:
            if len(seen) == most:
                return
            seen.add(position)
            yield position


def _of_table(table: Any) -> Iterator[int]:
    """Yield the first row with a missing value of each column, then the rows of its extremes or its rarest values."""
    for place in range(table.shape[1] if len(table) else 0):
        missing = table.iloc[:, place].isna().to_numpy()
        if missing.any():
            yield int(missing.argmax())
    for place in range(table.shape[1] if len(table) else 0):
        try:
            yield from _special(table.iloc[:, place])
        except Exception:  # noqa: BLE001, S112 - lists, for instance, have no order and no hash, each in its own words
            continue


def _special(column: Any) -> Iterator[int]:
    present = column.notna().to_numpy()
    if not present.any():
        return
    if column.dtype.kind in "iufmM":
        order = column.reset_index(drop=True)[present]
        yield from (int(order.idxmin()), int(order.idxmax()))
        return
    counts = column.value_counts(ascending=True)
    for value in islice(counts[counts > 0].index, _RAREST):
        yield int((column == value).to_numpy().argmax())


def _of_array(array: Any) -> Iterator[int]:
    import numpy as np

    if array.dtype.kind not in "iuf" or not array.size:
        return
    flat = array.reshape(len(array), -1)
    for column in flat.T:
        missing = np.isnan(column)
        if missing.any():
            yield int(missing.argmax())
        if not missing.all():
            yield from (int(np.nanargmin(column)), int(np.nanargmax(column)))
