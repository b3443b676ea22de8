"""Files of tables for tests."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from kedro_bind.scoring.columns import ColumnType
from kedro_bind.scoring.job import TablePlace

ID = ColumnType("id", "long", "int64", required=True)
SPEND = ColumnType("spend", "double", "float64", required=False)


def csv_place(path, text):
    """Write a CSV file."""
    path.write_text(text, encoding="utf-8")
    return TablePlace(str(path), "csv")


def json_place(path, text):
    """Write a file of JSON lines."""
    path.write_text(text, encoding="utf-8")
    return TablePlace(str(path), "jsonl")


def parquet_place(path, *groups):
    """Write a Parquet file of row groups with the column `id`."""
    with pq.ParquetWriter(path, pa.schema([("id", pa.int64())])) as writer:
        for group in groups:
            writer.write_table(pa.table({"id": pa.array(group, pa.int64())}), row_group_size=max(len(group), 1))
    return TablePlace(str(path), "parquet")
