"""What one writes by hand to predict a folder of Parquet: the same functions, batch by batch.

Usage: score_by_hand.py SOURCE DESTINATION, in the project's folder.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
from batched_project.nodes import complete, decide, derive, encode, scale

CHUNK_ROWS = 100_000


def main(source: str, destination: Path) -> None:
    """Predict each batch, and write it as a part."""
    medians, scaler, classifier = (
        pickle.loads(Path("data", f"{name}.pkl").read_bytes()) for name in ("medians", "scaler", "classifier")
    )
    destination.mkdir()
    batches = pyarrow.dataset.dataset(source).to_batches(batch_size=CHUNK_ROWS)
    for number, batch in enumerate(batches):
        table = batch.to_pandas()
        predicted = decide(scale(derive(encode(complete(table, medians))), scaler), classifier)
        part = pa.Table.from_pandas(predicted, preserve_index=False)
        pyarrow.parquet.write_table(part, destination / f"part-{number:05}.parquet")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
