"""Write a folder of Parquet, with the rows of a pickled table over and over.

Usage: parquet_table.py TABLE FOLDER ROWS.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

FILE_ROWS = 1_000_000
GROUP_ROWS = 100_000


def main(source: str, folder: Path, rows: int) -> None:
    """Write files of a million rows, in row groups of 100,000."""
    table = pd.read_pickle(source)
    folder.mkdir(parents=True)
    for number, start in enumerate(range(0, rows, FILE_ROWS)):
        positions = np.arange(start, min(start + FILE_ROWS, rows)) % len(table)
        part = table.iloc[positions].reset_index(drop=True)
        part.to_parquet(folder / f"part-{number:05}.parquet", row_group_size=GROUP_ROWS, index=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
