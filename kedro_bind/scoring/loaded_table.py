"""A table that Kedro has loaded as a whole, on its way to the workers."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.scoring.job import Chunk, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from kedro_bind.scoring.job import TablePlace

__all__ = ["LoadedTable"]


@dataclass(frozen=True)
class LoadedTable:
    """What a dataset of the catalog has loaded: a pandas table, an array, or anything that is predicted as a whole."""

    data: Any

    @classmethod
    def of(cls, place: TablePlace) -> LoadedTable:
        """Read what `save` has written."""
        file_system, path = place.file_system()
        with file_system.open(path, "rb") as file:
            return cls(pickle.load(file))  # noqa: S301 - written by this run

    def save(self, path: str) -> None:
        """Write the data where workers read it."""
        with open(path, "wb") as file:  # noqa: PTH123 - pathlib has nothing shorter
            pickle.dump(self.data, file, protocol=pickle.HIGHEST_PROTOCOL)

    @property
    def has_rows(self) -> bool:
        """Whether rows can be taken out of it."""
        import numpy as np
        import pandas as pd

        return isinstance(self.data, pd.DataFrame | np.ndarray)

    def tasks(self, chunk_rows: int) -> tuple[Task, ...]:
        """Return the chunks of the data, each as a task."""
        rows = len(self.data) if hasattr(self.data, "__len__") else 1
        size = chunk_rows if self.has_rows else max(rows, 1)
        starts = range(0, rows, size)
        return tuple(
            Task((Chunk(number, "", start, min(size, rows - start), start),)) for number, start in enumerate(starts)
        )

    def take(self, chunk: Chunk) -> Any:
        """Return the rows of a chunk."""
        if not self.has_rows:
            return self.data
        rows = slice(chunk.row, chunk.row + chunk.rows)
        return self.data.iloc[rows] if hasattr(self.data, "iloc") else self.data[rows]

    def index_names(self) -> tuple[str, ...]:
        """Return the names under which the index is written, if it is not just numbered."""
        import pandas as pd

        if not isinstance(self.data, pd.DataFrame) or isinstance(self.data.index, pd.RangeIndex):
            return ()
        names = self.data.index.names
        return tuple(f"__index_level_{level}__" if name is None else str(name) for level, name in enumerate(names))

    def carried(self, rows: Any, keep: Sequence[str]) -> pa.Table:
        """Return the columns to keep, and the index, of some rows."""
        import pandas as pd
        import pyarrow as pa

        if not isinstance(rows, pd.DataFrame):
            return pa.table({})
        kept = rows[list(keep)]
        index = self.index_names()
        if index:
            levels = rows.index.to_frame(index=False)
            kept = kept.reset_index(drop=True).assign(**dict(zip(index, (levels[c] for c in levels), strict=True)))
        return pa.Table.from_pandas(kept, preserve_index=False).replace_schema_metadata(None)
