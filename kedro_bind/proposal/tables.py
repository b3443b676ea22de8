"""Whether a dataset is a table, which a pipeline hands on, or something that was fitted."""

from __future__ import annotations

import re
from typing import Any

from kedro_bind.binding.datasets import is_persisted, unwrapped

__all__ = ["entry_type", "is_kept", "is_table"]

_TABLE = re.compile(
    r"csv|parquet|excel|feather|hdf|table|sql|delta|spark|iceberg|xml|orc|gbq|snow|lazy|eager", re.IGNORECASE
)


def is_table(name: str, catalog: Any) -> bool:
    """Return whether the catalog's entry for a dataset has a type for tables; without an entry, it is not known."""
    return bool(_TABLE.search(entry_type(name, catalog)))


def is_kept(name: str, catalog: Any) -> bool:
    """Return whether a dataset outlives a run."""
    dataset = _dataset(name, catalog)
    return dataset is not None and is_persisted(dataset)


def entry_type(name: str, catalog: Any) -> str:
    """Return the type of a dataset's catalog entry, such as `pickle.PickleDataset`; empty if it has none."""
    dataset = _dataset(name, catalog)
    if dataset is None:
        return ""
    kind = type(unwrapped(dataset))
    return f"{kind.__module__.rpartition('.')[0].rpartition('.')[2]}.{kind.__qualname__}"


def _dataset(name: str, catalog: Any) -> Any:
    if catalog is None or name not in catalog:
        return None
    try:
        return catalog.get(name)
    except Exception:  # noqa: BLE001 - an entry may be broken in any way, which the check finds
        return None
