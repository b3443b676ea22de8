"""Load a model, predict one row, end. Usage: fresh.py MODEL INPUT.

The times are those of the machine's monotonic clock, so that the driver can count from before the start.
"""

from __future__ import annotations

import sys
import time

from protocol import claim_output, peak_memory_kb, say


def main() -> None:
    """Load and predict once."""
    answers = claim_output()
    began = time.monotonic()
    import mlflow.pyfunc
    import pandas as pd

    imported = time.monotonic()
    model = mlflow.pyfunc.load_model(sys.argv[1])
    loaded = time.monotonic()
    loaded_kb = peak_memory_kb()
    rows = pd.read_pickle(sys.argv[2])
    read = time.monotonic()
    model.predict(rows.iloc[:1])
    predicted = time.monotonic()
    say(
        answers,
        {
            "began": began,
            "imported": imported,
            "loaded": loaded,
            "first_predict_seconds": predicted - read,
            "loaded_peak_kb": loaded_kb,
            "peak_kb": peak_memory_kb(),
        },
    )


if __name__ == "__main__":
    main()
