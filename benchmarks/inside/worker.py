"""Hold one loaded model and predict when the driver says so.

Usage: worker.py MODEL INPUT. Reads a command as JSON from each line of standard input, answers with a line.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from protocol import claim_output, peak_memory_kb, say


def main() -> None:
    """Serve commands until standard input ends."""
    answers = claim_output()
    import mlflow.pyfunc
    import pandas as pd

    model = mlflow.pyfunc.load_model(sys.argv[1])
    rows = pd.read_pickle(sys.argv[2])
    say(answers, {"ready": True})
    for line in sys.stdin:
        command: dict[str, Any] = json.loads(line)
        kind = command.pop("do")
        say(answers, {"predict": predict, "answer": answer, "concurrent": concurrent}[kind](model, rows, **command))


def answer(model: Any, rows: Any, count: int) -> dict[str, Any]:
    """Return the answer for some rows, for the driver to compare variants."""
    predicted = model.predict(first(rows, count))
    values = predicted["score"] if hasattr(predicted, "columns") else predicted
    return {"scores": [float(value) for value in values]}


def predict(model: Any, rows: Any, count: int, seconds: float, size: int) -> dict[str, Any]:
    """Predict up to `count` times for up to `seconds`; give the median time and the mean processor time (ns)."""
    data = first(rows, size)
    times: list[int] = []
    clock = time.perf_counter_ns
    used, end = time.process_time_ns(), clock() + int(seconds * 1e9)
    for _ in range(count):
        began = clock()
        model.predict(data)
        ended = clock()
        times.append(ended - began)
        if ended > end:
            break
    used = time.process_time_ns() - used
    return {"wall": median(times), "processor": used / len(times), "count": len(times), "peak_kb": peak_memory_kb()}


def concurrent(model: Any, rows: Any, count: int, threads: int) -> dict[str, int]:
    """Predict in threads, each time with a parameter value of its own, and count the wrong answers."""
    data = first(rows, 1)
    base = float(model.predict(data, params={"threshold": 0.0})["score"].iloc[0])

    def one(value: int) -> str:
        try:
            got = float(model.predict(data, params={"threshold": float(value)})["score"].iloc[0])
        except Exception:  # noqa: BLE001 - nodes and libraries raise anything
            return "failed"
        return "right" if abs(got - (base - value)) < 1e-6 else "wrong"

    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(one, range(1, count + 1)))
    return {kind: results.count(kind) for kind in ("right", "wrong", "failed")}


def first(rows: Any, count: int) -> Any:
    """Return `count` rows; more than there are come from repeating them."""
    if count <= len(rows):
        return rows.iloc[:count]
    import pandas as pd

    times = -(-count // len(rows))
    return pd.concat([rows] * times, ignore_index=True).iloc[:count].copy()


if __name__ == "__main__":
    main()
