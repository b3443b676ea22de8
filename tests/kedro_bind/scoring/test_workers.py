"""How tasks are shared among what scores them."""

from __future__ import annotations

import threading

import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.job import Chunk, Job, Outcome, TablePlace, Task
from kedro_bind.scoring.workers import ScorerProcess, score_tasks, worker_environment
from tests.kedro_project import clean_environment

TASKS = [
    Task((Chunk(0, "", 0, 5, 0), Chunk(1, "", 5, 5, 5))),
    Task((Chunk(2, "", 10, 5, 10),)),
    Task((Chunk(3, "", 15, 5, 15),)),
]


class Recorder:
    """Scores by writing down what it was asked for."""

    def __init__(self, calls, failing=()):
        self.calls, self.failing = calls, failing

    def run(self, task, schema="", skip=()):
        self.calls.append((task.chunks[0].number, schema, list(skip)))
        for chunk in task.chunks:
            if chunk.number in self.failing:
                raise KedroBindError(f"chunk {chunk.number} is bad")
            if chunk.number not in skip:
                yield Outcome(chunk.number, chunk.rows, 0, schema or "types")


def scored(scorers, schema="", skip=frozenset()):
    numbers, lock = [], threading.Lock()

    def done(outcome):
        with lock:
            numbers.append(outcome.number)

    score_tasks(scorers, TASKS, schema, skip, done)
    return sorted(numbers)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_first_chunk_says_the_types_of_all(workers):
    calls = []
    assert scored([Recorder(calls) for _ in range(workers)]) == [0, 1, 2, 3]
    assert calls[0] == (0, "", [])
    assert sorted(calls[1:]) == [(2, "types", []), (3, "types", [])]


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_there_is_not_scored_again(workers):
    calls = []
    assert scored([Recorder(calls) for _ in range(workers)], "known", frozenset({1, 2})) == [0, 3]
    assert sorted(calls) == [(0, "known", [1]), (3, "known", [])]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("failing", [0, 3])
def test_the_first_failure_ends_it(workers, failing):
    with pytest.raises(KedroBindError, match=f"chunk {failing} is bad"):
        scored([Recorder([], failing=[failing]) for _ in range(workers)])


def test_a_worker_that_was_killed_is_reported():
    with ScorerProcess(
        Job("model", TablePlace("in.csv", "csv"), TablePlace("out", "csv")), clean_environment()
    ) as process:
        process.end()
        with pytest.raises(KedroBindError, match="a worker ended by signal 9 while scoring chunk 2; if it ran out of"):
            list(process.run(TASKS[1]))


def test_workers_share_the_cores_unless_a_variable_says_otherwise():
    assert worker_environment({"PATH": "x"}, 1) == {"PATH": "x"}
    shared = worker_environment({"PATH": "x", "OMP_NUM_THREADS": "7"}, 1000)
    assert shared == {"PATH": "x", "OMP_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
