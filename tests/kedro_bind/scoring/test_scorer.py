"""A loaded model that scores chunks."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.chunking import as_one_task, tasks_of
from kedro_bind.scoring.job import Job, TablePlace
from kedro_bind.scoring.places import files_of
from kedro_bind.scoring.scorer import Scorer
from tests.kedro_bind.scoring.tables import csv_place


@pytest.fixture
def score(model_folder, tmp_path):
    """Score a CSV file in chunks of two rows."""

    def run(text, schema="", **options):
        place = csv_place(tmp_path / "in.csv", text)
        job = Job(
            str(model_folder), place, TablePlace(str(tmp_path / "out"), "parquet"), columns=("id", "spend"), **options
        )
        (tmp_path / "out").mkdir(exist_ok=True)
        tasks = tasks_of(*files_of(place), 2)
        scorer = Scorer(job)
        scorer.load()
        outcomes = []
        for task in as_one_task(tasks) if job.whole else tasks:
            for outcome in scorer.run(task, schema):
                schema = outcome.schema
                outcomes.append(outcome)
        return outcomes

    return run


def rows(tmp_path, part):
    return pq.read_table(tmp_path / "out" / part).to_pylist()


def test_each_chunk_becomes_a_part(score, tmp_path):
    outcomes = score("id,spend\n1,1.5\n2,2\n3,3\n", keep=("id",))
    assert [(outcome.number, outcome.rows, outcome.rejected) for outcome in outcomes] == [(0, 2, 0), (1, 1, 0)]
    assert len({outcome.schema for outcome in outcomes}) == 1
    assert rows(tmp_path, "part-000000.parquet") == [{"id": 1, "double": 3.0}, {"id": 2, "double": 4.0}]
    assert rows(tmp_path, "part-000001.parquet") == [{"id": 3, "double": 6.0}]


def test_parameters_hold_for_all_chunks(score, tmp_path):
    score("id,spend\n1,1.5\n", params={"factor": 10.0})
    assert rows(tmp_path, "part-000000.parquet") == [{"double": 15.0}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "id,spend\n1,1\n2,2\n3,-1\n",
            r"row 2 \(counted from 0\) of .*in\.csv is rejected: spend is negative; correct",
        ),
        (
            "id,spend\n1,1\nx,2\n",
            r"row 1 .* is rejected: column 'id': 'x' is not a valid long; correct it, or set such",
        ),
        ("id,spend\n1,1\n2,13\n", r"row 1 .* can't be predicted: RuntimeError: unlucky"),
        ("id,spend\n1,99\n2,2\n", r"returns 1 predictions for 2 rows, although it was verified as row-wise"),
    ],
)
def test_the_row_that_can_not_be_predicted_is_named(score, text, message):
    with pytest.raises(KedroBindError, match=message):
        score(text)


def test_rejected_rows_are_set_aside(score, tmp_path):
    outcomes = score("id,spend\nx,1\n2,-2\n3,3\n4,-4\n5,5\n", quarantine=True, keep=("id",))
    assert [outcome.rejected for outcome in outcomes] == [2, 1, 0]
    assert rows(tmp_path, "part-000000.parquet") == []
    assert rows(tmp_path, "part-000001.parquet") == [{"id": 3, "double": 6.0}]
    (first, second) = rows(tmp_path, "_rejected/part-000000.parquet")
    assert (first["id"], first["_row"], first["_reason"]) == ("x", 0, "column 'id': 'x' is not a valid long")
    assert (second["spend"], second["_row"], second["_reason"]) == ("-2", 1, "spend is negative")


def test_a_whole_table_is_predicted_at_once(score, tmp_path):
    (outcome,) = score("id,spend\n1,1\n2,2\n3,3\n", whole=True)
    assert (outcome.number, outcome.rows) == (0, 3)
    assert len(rows(tmp_path, "part-000000.parquet")) == 3
    score("id,spend\n1,99\n2,2\n", whole=True)
    with pytest.raises(KedroBindError, match="nothing to put columns beside; leave out '--keep'"):
        score("id,spend\n1,99\n2,2\n", whole=True, keep=("id",))
    with pytest.raises(KedroBindError, match=r"rows 0 to 1 of .* cannot be predicted: RuntimeError: unlucky"):
        score("id,spend\n1,13\n2,2\n", whole=True)


def test_a_column_is_not_both_kept_and_predicted(model_folder, tmp_path):
    place = csv_place(tmp_path / "in.csv", "spend,double\n1,2\n")
    job = Job(str(model_folder), place, TablePlace(str(tmp_path / "out"), "parquet"), keep=("double",))
    (task,) = tasks_of(*files_of(place), 5)
    with pytest.raises(KedroBindError, match="the model returns a column 'double' too"):
        list(Scorer(replace(job, columns=("spend", "double"))).run(task))
