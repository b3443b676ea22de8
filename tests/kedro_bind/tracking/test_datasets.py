"""Data as MLflow's datasets."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import mlflow
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro_datasets.pandas import CSVDataset, SQLTableDataset

from kedro_bind.packaging.signature import infer_schema
from kedro_bind.tracking.datasets import describe, log_input

ROWS = pd.DataFrame({"a": [1.0, 2.0]})


def source_of(dataset):
    found = describe("rows", DataCatalog({"rows": dataset} if dataset else {}), "abc", 2, infer_schema(ROWS))
    return found.source_type, json.loads(found.source)


@pytest.mark.parametrize(
    ("dataset", "kind", "uri"),
    [
        (CSVDataset(filepath="/data/rows.csv"), "local", "/data/rows.csv"),
        (CSVDataset(filepath="s3://bucket/rows.csv"), "s3", "s3://bucket/rows.csv"),
    ],
)
def test_a_file_is_its_own_source(dataset, kind, uri):
    found_kind, found = source_of(dataset)
    assert found_kind == kind
    assert found["uri"].endswith(uri)


@pytest.mark.parametrize(
    ("dataset", "kind"),
    [
        (SQLTableDataset(table_name="rows", credentials={"con": "sqlite:///hunter2.db"}), "SQLTableDataset"),
        (MemoryDataset(ROWS), "MemoryDataset"),
        (None, "MemoryDataset"),
    ],
)
def test_other_data_comes_from_code(dataset, kind):
    found_kind, found = source_of(dataset)
    assert (found_kind, found) == ("code", {"tags": {"kedro.dataset": "rows", "kedro.dataset.type": kind}})


def test_the_schema_is_in_the_form_of_mlflow():
    catalog = DataCatalog()
    table = describe("rows", catalog, "abc", 2, infer_schema(ROWS))
    assert json.loads(table.schema)["mlflow_colspec"][0]["name"] == "a"
    assert json.loads(table.profile) == {"num_rows": 2}
    array = describe("rows", catalog, "abc", None, infer_schema(np.zeros((2, 2))))
    assert "mlflow_tensorspec" in json.loads(array.schema)
    assert array.profile is None
    assert describe("rows", catalog, "abc", 2, None).schema is None


def test_a_dataset_is_logged_once(tmp_path, empty_store):
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    try:
        client = mlflow.MlflowClient()
        run_id = client.create_run("0").info.run_id
        data = describe("rows", DataCatalog(), "abc", 2, infer_schema(ROWS))
        for _ in range(2):
            log_input(run_id, data, "training")
        (logged,) = client.get_run(run_id).inputs.dataset_inputs
    finally:
        mlflow.set_tracking_uri(None)
    assert (logged.dataset.name, logged.dataset.digest) == ("rows", "abc")
    assert [tag.value for tag in logged.tags] == ["training"]


def test_runs_may_log_a_new_dataset_at_once(tmp_path, empty_store):
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    try:
        client = mlflow.MlflowClient()
        run_ids = [client.create_run("0").info.run_id for _ in range(4)]
        barrier = Barrier(len(run_ids))

        def log(run_id):
            for number in range(10):
                barrier.wait(60)
                log_input(run_id, describe("rows", DataCatalog(), str(number), 2, None), "training")

        with ThreadPoolExecutor(len(run_ids)) as pool:
            list(pool.map(log, run_ids))
        assert [len(client.get_run(run_id).inputs.dataset_inputs) for run_id in run_ids] == [10, 10, 10, 10]
    finally:
        mlflow.set_tracking_uri(None)
