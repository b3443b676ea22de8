"""Copy modes, as `kedro.io.MemoryDataset` defines them."""

from __future__ import annotations

import copy
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["copier", "is_immutable"]

_IMMUTABLE = (str, bytes, int, float, bool, complex, type(None))


def copier(mode: str | None) -> Callable[[Any], Any] | None:
    """Return the function that copies in a mode (`None`: by the type of the data); `None` for `assign`."""
    return {"assign": None, "copy": _shallow, "deepcopy": copy.deepcopy, None: _by_type}[mode]


def is_immutable(data: Any) -> bool:
    """Return whether the data can't be changed, so that a copy makes no difference."""
    return isinstance(data, _IMMUTABLE)


def _shallow(data: Any) -> Any:
    return data.copy()


def _by_type(data: Any) -> Any:
    """Copy as a MemoryDataset without a mode does: pandas tables and arrays by `copy()`, other tables not at all.

    A library that has not been imported can't have made the data, so none is imported to find out.
    """
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if (pandas and isinstance(data, pandas.DataFrame)) or (numpy and isinstance(data, numpy.ndarray)):
        return data.copy()
    ibis = sys.modules.get("ibis")
    if type(data).__name__ == "DataFrame" or (ibis and isinstance(data, ibis.Table)):
        return data
    return data if isinstance(data, _IMMUTABLE) else copy.deepcopy(data)
