"""A cluster whose workers know neither the project nor its configuration predicts every row once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import mlflow
import pandas as pd
import pytest

from tests.integration.scoring.conftest import people
from tests.integration.scoring.test_tables import URI, store  # noqa: F401 - a fixture
from tests.spark_cluster import SPARK_TESTS, spark_cluster

pytestmark = SPARK_TESTS
FILES = 20
SETTINGS = """
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"spark": ["spark*", "spark*/**"]},
}
"""
SPARK = """
spark.master: {master}
spark.driver.host: 127.0.0.1
spark.driver.bindAddress: 127.0.0.1
spark.ui.enabled: "false"
spark.pyspark.python: {python}
spark.sql.files.openCostInBytes: 128m  # a partition for each file
"""


@pytest.fixture
def project(logged, tmp_path):
    """Return a copy of the project that knows of Spark."""
    folder = tmp_path / "project"
    shutil.copytree(logged.project, folder, ignore=shutil.ignore_patterns("mlartifacts", "mlflow.db"))
    (settings,) = folder.glob("src/*/settings.py")
    settings.write_text(settings.read_text() + SETTINGS)
    return folder


def customers(rows, start=0):
    """Make a table in the types that Spark reads, without the number that the model fails at."""
    table = people(rows, start)
    return table.assign(day=table["day"].astype("datetime64[us]"), spend=table["spend"] + 0.25)


def parts_in(folder):
    """Count the parts that are there or being written; Spark renames their folders meanwhile."""
    return sum(name.startswith("part-") for _, _, names in os.walk(folder) for name in names)


@pytest.mark.parametrize("rows", [20_000, pytest.param(2_000_000, marks=pytest.mark.full)])
def test_all_rows_once_though_a_worker_is_killed_half_way(logged, project, tmp_path, rows):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for number in range(FILES):
        customers(rows // FILES, number * rows // FILES).to_parquet(source / f"{number:02}.parquet", index=False)
    command = [sys.executable, "-m", "kedro_bind", "predict", URI, str(source), str(out)]
    with spark_cluster(tmp_path / "cluster") as cluster:
        (project / "conf/base/spark.yml").write_text(SPARK.format(master=cluster.master, python=sys.executable))
        log = tmp_path / "predict.log"
        with (
            log.open("w") as output,
            subprocess.Popen(
                [*command, "--engine=spark", "--keep=customer_id"],
                cwd=project,
                env=logged.environment,
                stdout=output,
                stderr=output,
            ) as process,
        ):
            try:
                while process.poll() is None and parts_in(out) < FILES // 2:
                    time.sleep(0.02)
                assert process.poll() is None, log.read_text()
                cluster.kill_worker()
                assert process.wait(timeout=900) == 0, log.read_text()
            finally:
                process.kill()
    assert f"{rows:,} rows in " in log.read_text()
    found = pd.read_parquet(out).set_index("customer_id").sort_index()
    assert found.index.is_unique
    table = customers(rows)
    expected = mlflow.pyfunc.load_model(URI).predict(table).set_index(table["customer_id"]).sort_index()
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False)
