"""The digest of data in memory, by which MLflow tells one state of a dataset from another."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

__all__ = ["data_digest", "rows_in"]

_DIGEST_CHARACTERS = 32
"""MLflow takes up to 36."""


def data_digest(data: Any) -> str | None:
    """Return the sha256, cut, of all rows of some data, with its index, columns and types.

    MLflow's own digest of a table leaves out all rows after the 10,000th.
    """
    import numpy as np
    import pandas as pd

    hashed = hashlib.sha256()
    try:
        if isinstance(data, pd.DataFrame | pd.Series):
            columns = data.columns if isinstance(data, pd.DataFrame) else [data.name]
            hashed.update(repr([list(columns), list(map(str, pd.DataFrame(data).dtypes))]).encode())
            hashed.update(pd.util.hash_pandas_object(data, index=True).to_numpy().tobytes())
        elif isinstance(data, np.ndarray) and data.dtype != object:
            hashed.update(f"{data.shape} {data.dtype}".encode())
            hashed.update(np.ascontiguousarray(data).tobytes())
        else:
            hashed.update(pickle.dumps(data, protocol=5))
    except TypeError:  # cells that have no hash, such as lists
        try:
            hashed.update(pickle.dumps(data, protocol=5))
        except Exception:  # noqa: BLE001 - objects refuse to be pickled in many ways
            return None
    except Exception:  # noqa: BLE001 - see above
        return None
    return hashed.hexdigest()[:_DIGEST_CHARACTERS]


def rows_in(data: Any) -> int | None:
    """Return the number of rows of some data, if it has any."""
    shape = getattr(data, "shape", None)
    if shape:
        return int(shape[0])
    return len(data) if hasattr(data, "__len__") else None
