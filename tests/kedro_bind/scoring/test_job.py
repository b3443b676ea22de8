"""What the parent tells its workers."""

from __future__ import annotations

from kedro_bind.scoring.job import Chunk, Job, TablePlace, Task


def test_a_job_is_the_same_in_a_worker():
    place = TablePlace("s3://bucket/in.csv", "csv", "\t", {"key": "hidden"})
    job = Job("model", place, TablePlace("out", "parquet"), {"threshold": 0.5}, ("id",), ("id", "spend"), ("id",))
    assert Job.from_json(job.to_json()) == job
    assert "\n" not in job.to_json()
    everything = Job("model", place, place)
    assert Job.from_json(everything.to_json()) == everything


def test_a_task_is_the_same_in_a_worker():
    task = Task((Chunk(3, "a.parquet", 10, 5, 110, 0, 5), Chunk(4, "a.parquet", 15, 5, 115)), (1, 2))
    assert Task.from_json(task.to_json()) == task


def test_credentials_are_not_shown():
    assert "hidden" not in repr(
        Job("model", TablePlace("in", "csv", storage={"key": "hidden"}), TablePlace("out", "csv"))
    )
