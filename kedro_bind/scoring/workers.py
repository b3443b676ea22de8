"""Processes that score: each has the model loaded, and scores one task after the other.

They do not have the project's source on their path: what runs is the code in the model. They are started before
anything else, so that they import MLflow while their parent looks up the project, the model and the table.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from kedro_bind.errors import KedroBindError
from kedro_bind.redaction import get_logger
from kedro_bind.scoring.job import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kedro_bind.scoring.job import Job, Task

__all__ = ["ScorerProcess", "TaskRunner", "Workers", "score_tasks", "worker_environment"]

logger = get_logger(__name__)
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class TaskRunner(Protocol):
    """What scores tasks, here or in another process."""

    def run(self, task: Task, schema: str = "", skip: Sequence[int] = ()) -> Iterator[Outcome]:
        """Score the chunks of a task, and yield each when it is done."""


class ScorerProcess:
    """A worker, which waits for its job; a context that ends with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "kedro_bind.scoring"]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=dict(environment)
        )

    def __enter__(self) -> ScorerProcess:  # noqa: PYI034 - typing.Self comes with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    def begin(self, job: Job, environment: Mapping[str, str]) -> None:
        """Have the model loaded; `environment` has variables that were not known when the worker started."""
        self._send(json.dumps({"job": job.to_json(), "environment": dict(environment)}))

    def wait_until_ready(self) -> None:
        """Wait until the model is loaded.

        Raises:
            KedroBindError: it can't be.
        """
        self._receive("loading the model")

    def run(self, task: Task, schema: str = "", skip: Sequence[int] = ()) -> Iterator[Outcome]:
        """Have the chunks of a task scored, and yield each when it is done.

        Raises:
            KedroBindError: as the scorer does, or the process has ended.
        """
        what = f"scoring chunk {task.chunks[0].number}"
        self._send(json.dumps({"task": task.to_json(), "schema": schema, "skip": list(skip)}))
        while "outcome" in (reply := self._receive(what)):
            yield Outcome(**reply["outcome"])

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # why it has ended is seen where its reply is read

    def _receive(self, what: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise KedroBindError(
                f"a worker ended {how} while {what}; if it ran out of memory, lower '--chunk-rows' or '--workers'"
            )
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            logger.debug("kedro_bind: %s", reply["traceback"])
            raise KedroBindError(reply["error"])
        return reply


class Workers:
    """The workers of a command, started before its job is known; leaving the context ends them.

    `environment` is theirs, as far as it is known at the start; `environment_now` returns it when there is a job.
    """

    def __init__(
        self, count: int, environment: Mapping[str, str], environment_now: Callable[[], Mapping[str, str]] | None = None
    ) -> None:
        self._count, self._environment = count, worker_environment(environment, count)
        self._environment_now = environment_now or (lambda: environment)
        self._processes: list[ScorerProcess] = []
        self._ends = ExitStack()

    def __enter__(self) -> Workers:  # noqa: PYI034 - typing.Self comes with Python 3.11
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def begin(self, job: Job) -> Sequence[ScorerProcess]:
        """Have the model loaded, and return the workers of the job: one if the table is predicted whole.

        MLflow reads its variables when it needs them. If any other has another value now than it had at the start, the
        workers are started again.

        Raises:
            KedroBindError: the model can't be loaded.
        """
        final = worker_environment(self._environment_now(), self._count)
        late = dict(final.items() - self._environment.items())
        if not all(name.startswith("MLFLOW_") for name in {*late, *self._environment.keys() - final.keys()}):
            self._ends.close()
            self._environment = final
            self._start()
        processes, unused = (self._processes[:1], self._processes[1:]) if job.whole else (self._processes, [])
        for process in unused:
            process.end()
        for process in processes:
            process.begin(job, late)
        for process in processes:
            process.wait_until_ready()
        return processes

    def _start(self) -> None:
        with ExitStack() as starting:
            self._processes = [starting.enter_context(ScorerProcess(self._environment)) for _ in range(self._count)]
            self._ends = starting.pop_all()


def score_tasks(
    scorers: Sequence[TaskRunner],
    tasks: Sequence[Task],
    schema: str,
    skip: frozenset[int],
    done: Callable[[Outcome], None],
) -> None:
    """Score all tasks, with as many at once as there are scorers; `done` is called for each chunk.

    The first chunk is scored before all others, unless the types of the parts are known.

    Raises:
        KedroBindError: one of them failed; those under way are given up.
    """
    left = [task for task in tasks if any(chunk.number not in skip for chunk in task.chunks)]

    def score(task: Task, schema: str) -> str:
        scorer = idle.get()
        try:
            for outcome in scorer.run(task, schema, [chunk.number for chunk in task.chunks if chunk.number in skip]):
                done(outcome)
                schema = schema or outcome.schema
        finally:
            idle.put(scorer)
        return schema

    idle: queue.SimpleQueue[TaskRunner] = queue.SimpleQueue()
    for scorer in scorers:
        idle.put(scorer)
    if left and not schema:
        schema = score(left.pop(0), "")
    if len(scorers) == 1:
        for task in left:
            score(task, schema)
        return
    with ThreadPoolExecutor(len(scorers)) as pool, ExitStack() as failing:
        failing.callback(_give_up, pool, scorers)
        running = {pool.submit(score, task, schema) for task in left}
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
        failing.pop_all()


def _give_up(pool: ThreadPoolExecutor, scorers: Sequence[TaskRunner]) -> None:
    pool.shutdown(wait=False, cancel_futures=True)
    for scorer in scorers:
        if isinstance(scorer, ScorerProcess):
            scorer.end()


def worker_environment(base: Mapping[str, str], workers: int) -> dict[str, str]:
    """Return the environment of a worker: several share the cores, unless a variable says otherwise."""
    if workers <= 1:
        return dict(base)
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    return {**dict.fromkeys(_THREADS, threads), **base}
