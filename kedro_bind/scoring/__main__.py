"""`python -m kedro_bind.scoring`: a worker. It reads its job and then tasks, a line each, and writes what is done.

It ends when there is no more to read, so it does not outlive the process that started it by more than a chunk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from dataclasses import asdict
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Score the tasks that come in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends its workers
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a model prints is no reply

    def reply(**values: Any) -> None:
        replies.write(json.dumps(values) + "\n")
        replies.flush()

    import mlflow.pyfunc  # noqa: F401 - the slowest imports, while the parent prepares the job
    import pyarrow.parquet  # noqa: F401 - see above

    from kedro_bind.errors import KedroBindError
    from kedro_bind.scoring.job import Job, Task
    from kedro_bind.scoring.scorer import Scorer

    first = sys.stdin.readline()
    if not first:
        return  # there is nothing to score
    try:
        begin = json.loads(first)
        os.environ.update(begin["environment"])
        scorer = Scorer(Job.from_json(begin["job"]))
        scorer.load()
        reply(ready=True)
        for line in sys.stdin:
            message = json.loads(line)
            for outcome in scorer.run(Task.from_json(message["task"]), message["schema"], message["skip"]):
                reply(outcome=asdict(outcome))
            reply(finished=True)
    except KedroBindError as error:
        reply(error=error.message, traceback=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells it
        reply(error=" ".join(f"{type(error).__name__}: {error}".split()), traceback=traceback.format_exc())


if __name__ == "__main__":
    main()
