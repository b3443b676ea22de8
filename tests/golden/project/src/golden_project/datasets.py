"""Datasets that are not files."""

from __future__ import annotations

from typing import Any

from kedro.io import AbstractDataset


class TableDataset(AbstractDataset[Any, Any]):
    """A table of a database that has no address in a file system."""

    def __init__(self, table: str) -> None:
        self._table = table

    def load(self) -> Any:
        return {self._table: 1}

    def save(self, data: Any) -> None:
        pass

    def _describe(self) -> dict[str, Any]:
        return {"table": self._table}


class SessionDataset(TableDataset):
    """A table that lives in a session of this process, as Spark's do."""

    _SINGLE_PROCESS = True


class GuardedTableDataset(TableDataset):
    """A table of a database that wants to know who reads."""

    def __init__(self, table: str, credentials: dict[str, str]) -> None:
        super().__init__(table)
        self._credentials = credentials
