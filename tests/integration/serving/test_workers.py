"""Workers: forked after loading and before predicting, one address, one set of metrics."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import requests

from tests.servers import free_port, listeners, serve_command, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(server_environment, tmp_path_factory):
    """A server with two workers, of a model that uses OpenMP: that hangs in a fork of a process that has used it."""
    import mlflow.sklearn
    from sklearn.ensemble import HistGradientBoostingRegressor

    folder = tmp_path_factory.mktemp("workers")
    table = pd.DataFrame({"a": [float(number) for number in range(200)]})
    model = HistGradientBoostingRegressor(max_iter=10).fit(table, table["a"] * 2)
    saving = {"input_example": table[:5], "serialization_format": "cloudpickle", "pip_requirements": ["scikit-learn"]}
    mlflow.sklearn.save_model(model, str(folder / "model"), **saving)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = serve_command(str(folder / "model"), "--workers=2", f"--port={port}")
    with serving(command, f"{address}/health", folder, server_environment):
        yield address


def predict(address, number):
    response = requests.post(f"{address}/invocations", json={"dataframe_records": [{"a": number}]}, timeout=60)
    assert response.status_code == 200, response.text
    return response.json()["predictions"][0]


def count_in_metrics(address):
    lines = requests.get(f"{address}/metrics", timeout=60).text.splitlines()
    totals = [line for line in lines if line.startswith("kedro_bind_requests_total{") and 'status="200"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in totals)


def workers_of(address):
    """Return the processes that listen on the address, without their parent."""
    owners = listeners(address)
    parents = {pid: int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in owners}
    return {pid for pid, parent in parents.items() if parent in owners}


def test_the_metrics_are_those_of_all_workers(address):
    before = count_in_metrics(address)
    with ThreadPoolExecutor(8) as pool:
        predictions = list(pool.map(lambda number: predict(address, float(number)), range(50)))
    assert predictions[40] > predictions[10] + 20
    assert count_in_metrics(address) == before + 50


def test_a_worker_that_dies_is_replaced(address):
    before = workers_of(address)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    while len(workers_of(address) - before) != 1:
        predict(address, 1.0)
    assert predict(address, 1.0) > 0


JOINS = """
import polars as pl
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class Joins(PythonModel):
    def load_context(self, context):
        self.names = pl.DataFrame({"a": [1.0, 0.0], "name": ["one", "none"]}).sort("a")

    def predict(self, context, model_input, params=None):
        return pl.from_pandas(model_input).join(self.names, on="a", how="left")["name"].to_list()


set_model(Joins())
"""


def test_a_library_that_does_not_survive_a_fork_is_used_by_each_worker(server_environment, tmp_path):
    (tmp_path / "joins.py").write_text(JOINS)
    saving = {"python_model": str(tmp_path / "joins.py"), "input_example": pd.DataFrame({"a": [1.0]})}
    mlflow.pyfunc.save_model(str(tmp_path / "model"), **saving, pip_requirements=["polars"])
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = serve_command(str(tmp_path / "model"), "--workers=2", f"--port={port}")
    with serving(command, f"{address}/health", tmp_path, server_environment):
        assert len(workers_of(address)) == 2
        assert predict(address, 1.0) == "one"
