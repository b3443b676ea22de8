"""Spark predicts what this machine's processes predict."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.integration.scoring.conftest import people
from tests.integration.scoring.test_tables import URI, predict_here, store  # noqa: F401 - a fixture
from tests.spark_cluster import SPARK_TESTS

pytestmark = SPARK_TESTS


@pytest.mark.parametrize("name", ["in.parquet", "in.csv"])
def test_spark_predicts_as_local_processes_do(logged, tmp_path, name):
    table = people(300)
    if name == "in.parquet":
        table.assign(day=table["day"].astype("datetime64[us]")).to_parquet(tmp_path / name)
    else:
        table.to_csv(tmp_path / name, index=False)
    arguments = ["--keep=customer_id", "--params=threshold=20.5,mark=x"]
    predict_here(tmp_path / name, tmp_path / "here.parquet", params={"threshold": 20.5, "mark": "x"})
    done = logged.predict(
        URI, tmp_path / name, tmp_path / "out", "--engine=spark", *arguments, "--format=parquet", cwd=tmp_path
    )
    assert done.stdout.startswith("300 rows in ")
    found, expected = (pd.read_parquet(tmp_path / name) for name in ("out", "here.parquet"))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert json.loads((tmp_path / "out/_manifest.json").read_text())["model"] == "models:/people/1"


def test_a_node_that_fails_is_named_without_a_traceback(logged, tmp_path):
    table = people(10).assign(spend=666.0)
    table.assign(day=table["day"].astype("datetime64[us]")).to_parquet(tmp_path / "in.parquet")
    done = logged.predict(URI, tmp_path / "in.parquet", tmp_path / "out", "--engine=spark", cwd=tmp_path, check=False)
    assert done.returncode != 0
    message = done.stderr[done.stderr.rindex("Error: a worker") :]  # Spark has logged the traceback before
    assert message.startswith(
        "Error: a worker of Spark failed: RuntimeError: the number of the beast raised in node 'score' of the inference"
    )
    assert "Traceback" not in message


def test_a_model_that_is_not_row_wise_is_refused(logged, tmp_path):
    people(10).to_parquet(tmp_path / "in.parquet")
    output = logged.refused(
        "models:/ranks/1", tmp_path / "in.parquet", tmp_path / "out", "--engine=spark", cwd=tmp_path
    )
    assert "not verified as row-wise" in output
    assert "'--engine local'" in output
