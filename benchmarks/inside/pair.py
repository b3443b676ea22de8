"""Compare two models in one process, one prediction of each in turn. Usage: pair.py MODEL MODEL INPUT ROUNDS COUNT.

Prints, for each round, the median time of each model (ns).
"""

from __future__ import annotations

import gc
import sys
import time
from statistics import median
from typing import Any

from protocol import claim_output, say


def main() -> None:
    """Load both and measure."""
    answers = claim_output()
    import mlflow.pyfunc
    import pandas as pd

    models = [mlflow.pyfunc.load_model(folder) for folder in sys.argv[1:3]]
    data = pd.read_pickle(sys.argv[3]).iloc[:1]
    _round(models, data, 20)  # warms up
    gc.disable()  # it would hit whichever model happens to be asked
    say(answers, [_round(models, data, int(sys.argv[5])) for _ in range(int(sys.argv[4]))])


def _round(models: list[Any], data: Any, count: int) -> list[float]:
    times: tuple[list[int], list[int]] = ([], [])
    clock = time.perf_counter_ns
    for turn in range(count):
        for which in (0, 1) if turn % 2 else (1, 0):
            predict = models[which].predict
            began = clock()
            predict(data)
            times[which].append(clock() - began)
    gc.collect()
    return [median(series) for series in times]


if __name__ == "__main__":
    main()
