"""How tasks are shared among what scores them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import mlflow
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.chunking import tasks_of
from kedro_bind.scoring.job import Chunk, Job, Outcome, TablePlace, Task
from kedro_bind.scoring.places import files_of
from kedro_bind.scoring.workers import ScorerProcess, Workers, score_tasks, worker_environment
from tests.kedro_bind.doubling import CODE
from tests.kedro_bind.scoring.tables import csv_place
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
    with ScorerProcess(clean_environment()) as process:
        process.begin(Job("model", TablePlace("in.csv", "csv"), TablePlace("out", "csv")), {})
        process.end()
        with pytest.raises(KedroBindError, match="a worker ended by signal 9 while scoring chunk 2; if it ran out of"):
            list(process.run(TASKS[1]))


def test_a_worker_that_gets_no_job_says_nothing():
    command = [sys.executable, "-m", "kedro_bind.scoring"]
    ended = subprocess.run(command, input="", capture_output=True, text=True, env=clean_environment(), check=True)
    assert (ended.stdout, ended.stderr) == ("", "")


@pytest.mark.parametrize(("whole", "count"), [(True, 1), (False, 2)])
def test_a_table_predicted_whole_uses_one_worker(model_folder, tmp_path, whole, count):
    place = csv_place(tmp_path / "in.csv", "spend\n1\n2\n")
    (tmp_path / "out").mkdir()
    job = Job(str(model_folder), place, TablePlace(str(tmp_path / "out"), "csv"), columns=("spend",), whole=whole)
    (task,) = tasks_of(place, files_of(place)[1], 2)
    with Workers(2, clean_environment()) as workers:
        processes = workers.begin(job)
        assert [outcome.rows for process in processes for outcome in process.run(task)] == [2] * count
    assert (tmp_path / "out/part-000000.csv").read_text() == '"double"\n2\n4\n'


def test_a_worker_gets_variables_with_its_job(tmp_path, monkeypatch):
    code = tmp_path / "asking.py"
    code.write_text(f"import os\n\nos.environ['ONLY_HERE']\n{CODE}", encoding="utf-8")
    environment = clean_environment()
    monkeypatch.setenv("ONLY_HERE", "value")
    mlflow.pyfunc.save_model(tmp_path / "model", python_model=str(code), pip_requirements=[])
    job = Job(str(tmp_path / "model"), TablePlace("in.csv", "csv"), TablePlace("out", "csv"))
    with ScorerProcess(environment) as process:
        process.begin(job, {"ONLY_HERE": "value"})
        process.wait_until_ready()
    with ScorerProcess(environment) as process:
        process.begin(job, {})
        with pytest.raises(KedroBindError, match="ONLY_HERE"):
            process.wait_until_ready()


@pytest.mark.parametrize(("name", "same"), [("MLFLOW_LATE", True), ("OMP_NUM_THREADS", False)])
def test_workers_start_again_if_their_environment_has_changed(model_folder, monkeypatch, name, same):
    pids, original = [], subprocess.Popen

    def popen(*arguments, **options):
        process = original(*arguments, **options)
        pids.append(process.pid)
        return process

    monkeypatch.setattr("kedro_bind.scoring.workers.subprocess.Popen", popen)
    environment = clean_environment()
    job = Job(str(model_folder), TablePlace("in.csv", "csv"), TablePlace("out", "csv"))
    with Workers(1, environment, lambda: {**environment, name: "1"}) as workers:
        before = [*pids]
        workers.begin(job)
        assert (pids == before) is same
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_no_worker_is_left_if_another_can_not_be_started(monkeypatch):
    started, original = [], subprocess.Popen

    def popen(*arguments, **options):
        if started:
            raise OSError("too many processes")
        started.append(original(*arguments, **options))
        return started[0]

    monkeypatch.setattr("kedro_bind.scoring.workers.subprocess.Popen", popen)
    with pytest.raises(OSError, match="too many"), Workers(2, clean_environment()):
        pass
    assert started[0].returncode is not None


def test_workers_share_the_cores_unless_a_variable_says_otherwise():
    for count in (0, 1):  # none with Spark
        assert worker_environment({"PATH": "x"}, count) == {"PATH": "x"}
    shared = worker_environment({"PATH": "x", "OMP_NUM_THREADS": "7"}, 1000)
    assert shared == {"PATH": "x", "OMP_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
