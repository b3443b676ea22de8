"""Make rows from real ones, to show what real ones hide.

Most are a real row with one column changed: missing, unseen, extreme, or another row's value. The values fit the type
of the column: a float, a string or a datetime may be missing, an integer may not. For each rare category there is a
second row that shares it and differs in its numbers, since a group of one row hides what a model does with groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["made_rows"]

_REAL = 60
"""The most real rows; all others are made."""
_RARE = 8
"""How many of the rarest values of a column count as rare."""
_FAR = (10, 1e9)
"""How far extremes are outside of the known range, in units of that range."""
_UNSEEN = "never seen before"
_DATES = ("04/05/2024 08:00", "13/05/2024 08:00", "2024-05-04T08:00:00+02:00", "4 May 2024")
"""Made where a column has dates as text: code that guesses their format does so from the first row of a batch."""


def made_rows(rows: Any, most: int) -> Any:
    """Return real rows of a table or an array, followed by made ones; at most `most`, numbered from 0.

    The same `rows` always give the same result.
    """
    import pandas as pd

    return _of_table(rows, most) if isinstance(rows, pd.DataFrame) else _of_array(rows, most)


def _of_table(rows: Any, most: int) -> Any:
    import pandas as pd

    real = rows.iloc[: min(_REAL, most)].reset_index(drop=True)
    rare = list(_rare(real))
    made = [real.iloc[[0]], real.iloc[[-1]], *(_crossed(real, position) for position in rare)]
    for number, (name, value) in enumerate(_changes(rows)):
        row = real.iloc[[number % len(real)]].copy()
        row[name] = value.set_axis(row.index)
        made.append(row)
    return pd.concat([real, *made[: most - len(real)]], ignore_index=True)


def _is_category(column: Any) -> bool:
    return bool(column.dtype.kind not in "iufcmM")


def _rare(real: Any) -> Iterator[int]:
    """Yield the position of a row for each of the rarest values of each column of categories."""
    import pandas as pd

    for name in filter(lambda name: _is_category(real[name]), real.columns):
        texts = pd.Series([str(value) for value in real[name]], dtype=object).where(real[name].notna().to_numpy())
        for value in texts.value_counts(ascending=True, sort=True).index[:_RARE]:
            yield int((texts == value).to_numpy().argmax())


def _crossed(real: Any, position: int) -> Any:
    """Return the row at a position with the numbers and times of another one."""
    row = real.iloc[[position]].copy()
    other = real.iloc[[(position + max(1, len(real) // 2)) % len(real)]].set_axis(row.index)
    for name in real.columns:
        if not _is_category(real[name]):
            row[name] = other[name]
    return row


def _changes(rows: Any) -> Iterator[tuple[Any, Any]]:
    """Yield columns with a new value for each, as a Series; all have their first change before any has its second."""
    by_column = [(name, list(_cast_values(rows[name]))) for name in rows.columns]
    for place in range(max((len(values) for _, values in by_column), default=0)):
        yield from ((name, values[place]) for name, values in by_column if place < len(values))


def _cast_values(column: Any) -> Iterator[Any]:
    """Yield the values for a column that its type can hold, each as a Series of this type."""
    import pandas as pd

    for value in _values_for(column):
        try:
            yield pd.Series([value], dtype=object).astype(column.dtype)
        except Exception:  # noqa: BLE001, S112 - intervals, for instance, can't be made of an object
            continue


def _values_for(column: Any) -> Iterator[Any]:
    import pandas as pd

    dtype, known = column.dtype, column.dropna()
    if isinstance(dtype, pd.CategoricalDtype):
        yield from (None, *dtype.categories[:3])
    elif dtype.kind == "b":
        yield from (True, False)
    elif dtype.kind in "iuf":
        yield from _numbers(known, dtype)
    elif dtype.kind in "mM":
        yield from (pd.NaT, *([known.min(), known.max()] if len(known) else ()))
    elif len(known) and all(isinstance(value, str) for value in known.iloc[:100]):
        yield from (None, *(_DATES if _is_date(known.iloc[0]) else ()), _UNSEEN, "", *known.unique()[:3])
    else:
        yield None


def _is_date(text: str) -> bool:
    """Return whether pandas reads a text as a date, and not only as a number."""
    import pandas as pd

    return not text.strip().isdecimal() and not pd.isna(pd.to_datetime(text, errors="coerce"))


def _numbers(known: Any, dtype: Any) -> Iterator[Any]:
    """Yield a missing value if the type has one, then numbers inside of and far outside of the known range."""
    import numpy as np
    import pandas as pd

    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        yield pd.NA
    elif dtype.kind == "f":
        yield np.nan
    finite = [float(value) for value in known if np.isfinite(float(value))] or [0.0]
    low, high = min(finite), max(finite)
    spread = max(high - low, 1.0)
    for value in (low, high, *(high + far * spread for far in _FAR), *(low - far * spread for far in _FAR), 0.0):
        yield value if dtype.kind == "f" else _within(value, dtype)


def _within(value: float, dtype: Any) -> int:
    """Return a number, limited to the range of an integer type."""
    import numpy as np

    limits = np.iinfo(dtype.type)
    return min(max(int(value), int(limits.min)), int(limits.max))


def _of_array(rows: Any, most: int) -> Any:
    import numpy as np

    real = rows[: min(_REAL, most // 2)]
    made = [real[:1], real[-1:]]
    if real.dtype.kind in "iuf":
        made += [np.zeros_like(real[:1]), real[-1:] * 10, real[::-1][:8]]
    if real.dtype.kind in "if":
        made.append(-real[:4])
    if real.dtype.kind == "f" and real.size:
        with_gap = real[:1].copy()
        with_gap.flat[0] = np.nan
        made += [with_gap, real[:1] * _FAR[1]]
    return np.concatenate([real, *made])[:most]
