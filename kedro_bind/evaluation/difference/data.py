"""Rows in a file, for models to predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_rows"]


def read_rows(file: Path) -> Any:
    """Read a table from a Parquet, CSV, JSON or JSON-lines file.

    Raises:
        EvaluationError: it is not there, can't be read, or is of another kind.
    """
    import pandas as pd

    readers = {
        ".parquet": pd.read_parquet,
        ".csv": pd.read_csv,
        ".json": pd.read_json,
        ".jsonl": lambda place: pd.read_json(place, lines=True),
    }
    reader: Any = readers.get(file.suffix.lower())
    if reader is None:
        raise EvaluationError(f"'{file}' is not a {', '.join(readers)} file; convert it, or name a catalog dataset")
    try:
        return reader(file)
    except Exception as error:
        raise EvaluationError(f"'{file}' can't be read: {describe_error(error)}") from error
