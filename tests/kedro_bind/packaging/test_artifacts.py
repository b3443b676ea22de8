"""Artifacts of every kind of dataset are stored in a model, and read only from there."""

from __future__ import annotations

import functools
import http.server
import os
import pickle
import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pytest
import yaml
from kedro.io import AbstractDataset, CachedDataset, DataCatalog, MemoryDataset
from kedro.io.core import Version
from kedro.pipeline import Pipeline, node
from kedro_datasets.pandas import CSVDataset, ParquetDataset
from kedro_datasets.partitions import IncrementalDataset, PartitionedDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind import BindingError, LoggingError
from kedro_bind.model.plan_file import PLAN_FILE
from kedro_bind.model.runtime import load_predictor
from kedro_bind.redaction import Redaction, redacting
from tests.kedro_bind.model import nodes


def pickled(path, value=10):
    dataset = PickleDataset(filepath=str(path))
    dataset.save(value)
    return dataset


def plan_text(tmp_path):
    return (tmp_path / "elsewhere" / PLAN_FILE).read_text()


def test_a_local_file(tmp_path, predict):
    original = tmp_path / "model.pkl"
    catalog = DataCatalog({"artifact": pickled(original)})
    assert predict(1, catalog) == 11
    assert (tmp_path / "elsewhere/artifacts/artifact/model.pkl").read_bytes() == original.read_bytes()
    assert str(tmp_path) not in plan_text(tmp_path)


def test_a_dataset_keeps_its_arguments(tmp_path, predict):
    dataset = CSVDataset(
        filepath=str(tmp_path / "t.csv"), load_args={"sep": ";"}, save_args={"sep": ";", "index": False}
    )
    dataset.save(pd.DataFrame({"a": [1], "b": [2]}))
    assert (
        predict("is", DataCatalog({"artifact": dataset}), nodes.describe) == f"is {pd.DataFrame({'a': [1], 'b': [2]})}"
    )
    assert yaml.safe_load(plan_text(tmp_path))["artifacts"]["artifact"]["dataset"] == {
        "type": "kedro_datasets.pandas.csv_dataset.CSVDataset",
        "load_args": {"sep": ";"},
    }


def test_only_the_version_of_this_run(tmp_path, predict):
    path = str(tmp_path / "model.pkl")
    for version, value in (("2020-01-01T00.00.00.000Z", 1), ("2021-01-01T00.00.00.000Z", 2)):
        PickleDataset(filepath=path, version=Version(None, version)).save(value)
    loaded = PickleDataset(filepath=path, version=Version("2020-01-01T00.00.00.000Z", None))
    assert predict(0, DataCatalog({"artifact": loaded})) == 1
    files = [file for file in (tmp_path / "elsewhere/artifacts").rglob("*") if file.is_file()]
    assert [file.name for file in files] == ["model.pkl"]


def test_the_version_that_was_just_saved_and_its_name(tmp_path, built):
    dataset = PickleDataset(filepath=str(tmp_path / "m.pkl"), version=Version(None, "2022-01-01T00.00.00.000Z"))
    dataset.save(5)
    assert built(DataCatalog({"artifact": dataset})).versions == {"artifact": "2022-01-01T00.00.00.000Z"}


def test_the_version_that_was_saved_though_another_one_has_a_later_name(tmp_path, predict):
    path = str(tmp_path / "m.pkl")
    PickleDataset(filepath=path, version=Version(None, "2099-01-01T00.00.00.000Z")).save("of a clock that is ahead")
    dataset = PickleDataset(filepath=path, version=Version(None, "2022-01-01T00.00.00.000Z"))
    with pytest.warns(UserWarning, match="did not match load version"):
        dataset.save(5)
    assert predict(1, DataCatalog({"artifact": dataset})) == 6


def test_a_remote_file_system(tmp_path, predict):
    dataset = PickleDataset(filepath="memory://bucket/model.pkl", credentials={"token": "very-secret"})
    dataset.save(7)
    try:
        assert predict(1, DataCatalog({"artifact": dataset})) == 8
    finally:
        fsspec.filesystem("memory").store.clear()
    assert "secret" not in plan_text(tmp_path)
    assert "memory" not in plan_text(tmp_path)


def test_a_file_over_http(tmp_path, predict):
    (tmp_path / "www").mkdir()
    (tmp_path / "www/model.pkl").write_bytes(pickle.dumps(4))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "www"))
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        dataset = PickleDataset(filepath=f"http://127.0.0.1:{server.server_port}/model.pkl")
        assert predict(1, DataCatalog({"artifact": dataset})) == 5
    finally:
        server.shutdown()
        server.server_close()


def test_a_directory(tmp_path, predict):
    (tmp_path / "table").mkdir()
    for name in ("a", "b"):
        pd.DataFrame({"n": [name]}).to_parquet(tmp_path / "table" / f"{name}.parquet")
    dataset = ParquetDataset(filepath=str(tmp_path / "table"))
    assert "a" in predict("x", DataCatalog({"artifact": dataset}), nodes.describe)


def test_a_partitioned_dataset(tmp_path, predict):
    config = {"type": "pickle.PickleDataset"}
    dataset = PartitionedDataset(path=str(tmp_path / "parts"), dataset=config, filename_suffix=".pkl")
    dataset.save({"one": 1, "two": 2})
    assert predict(10, DataCatalog({"artifact": dataset}), nodes.total) == 13


@pytest.mark.parametrize("config", [PickleDataset, {"type": PickleDataset}])
def test_a_partitioned_dataset_that_names_its_class_in_code(tmp_path, predict, config):
    dataset = PartitionedDataset(path=str(tmp_path / "parts"), dataset=config, filename_suffix=".pkl")
    dataset.save({"one": 1, "two": 2})
    assert predict(10, DataCatalog({"artifact": dataset}), nodes.total) == 13


def test_a_dataset_keeps_arguments_by_number(tmp_path, predict):
    (tmp_path / "t.csv").write_text("007,1\n")
    dataset = CSVDataset(filepath=str(tmp_path / "t.csv"), load_args={"header": None, "dtype": {0: "str"}})
    assert "007" in predict("is", DataCatalog({"artifact": dataset}), nodes.describe)


def test_arguments_that_are_not_plain_values_are_rejected_by_name(tmp_path, built):
    dataset = CSVDataset(filepath=str(tmp_path / "t.csv"), load_args={"converters": {"a": len}})
    dataset.save(pd.DataFrame({"a": [1]}))
    with pytest.raises(LoggingError, match=r"arguments that are not plain values: load_args; use text"):
        built(DataCatalog({"artifact": dataset}))


def test_a_cached_dataset_is_what_it_wraps(tmp_path, predict):
    assert predict(1, DataCatalog({"artifact": CachedDataset(pickled(tmp_path / "m.pkl"))})) == 11
    assert "CachedDataset" not in plan_text(tmp_path)


def test_a_dataset_factory(tmp_path, predict):
    catalog = DataCatalog.from_config(
        {"{name}_model": {"type": "pickle.PickleDataset", "filepath": f"{tmp_path}/{{name}}.pkl"}}
    )
    catalog["my_model"].save(3)
    assert predict(1, catalog, inputs=("x", "my_model")) == 4


def test_a_transcoded_artifact(tmp_path, predict):
    catalog = DataCatalog.from_config({"m@pickle": {"type": "pickle.PickleDataset", "filepath": f"{tmp_path}/m.pkl"}})
    catalog.save("m@pickle", 3)
    assert predict(1, catalog, inputs=("x", "m@pickle")) == 4


def test_two_artifacts_with_the_same_file_name(tmp_path, predict):
    catalog = DataCatalog(
        {"artifact": pickled(tmp_path / "a/model.pkl", 1), "other": pickled(tmp_path / "b/model.pkl", 20)}
    )
    assert predict(300, catalog, nodes.shift, inputs=("x", "artifact", "other")) == 321


@pytest.mark.parametrize("names", [("a:b", "a/b"), ("..", "."), ("a b", "a_b"), ("顧" * 120, "顧" * 120 + "a")])
def test_two_artifacts_whose_names_become_the_same_folder_name(tmp_path, predict, names):
    one, other = names
    catalog = DataCatalog({one: pickled(tmp_path / "1.pkl", 1), other: pickled(tmp_path / "20.pkl", 20)})
    assert predict(300, catalog, nodes.shift, inputs=("x", *names)) == 321


def test_an_artifact_under_another_name(tmp_path, predict):
    catalog = DataCatalog({"training.scaler": pickled(tmp_path / "m.pkl", 2)})
    training = Pipeline([node(nodes.describe, ["raw", "more"], "training.scaler", name="fit")])
    artifacts = {"artifact": "training.scaler"}
    assert predict(1, catalog, inputs=("x", "artifact"), artifacts=artifacts, training=training) == 3


class TableDataset(AbstractDataset[Any, Any]):
    """A table in a sqlite file, without credentials; `filepath` has a query, as in SQLQueryDataset."""

    def __init__(self, database: str, sql: str | None = None, filepath: str | None = None) -> None:
        self._database, self._sql, self._filepath = database, sql, filepath

    def load(self) -> pd.DataFrame:
        query = Path(self._filepath).read_text() if self._filepath else self._sql
        with closing(sqlite3.connect(self._database)) as connection:
            return pd.read_sql_query(query, connection)

    def save(self, data: pd.DataFrame) -> None:
        with closing(sqlite3.connect(self._database)) as connection:
            data.to_sql("prices", connection, index=False)

    def _describe(self) -> dict[str, Any]:
        return {"database": self._database}


@pytest.fixture
def shop(tmp_path):
    """A database with a table of prices."""
    TableDataset(str(tmp_path / "shop.db")).save(pd.DataFrame({"price": [5]}))
    return str(tmp_path / "shop.db")


def test_an_artifact_that_is_not_a_file_is_captured_by_value_with_a_warning(shop, built):
    result = built(DataCatalog({"artifact": TableDataset(shop, sql="select * from prices")}), nodes.describe)
    assert "the artifact 'artifact' is not a file (TableDataset)" in result.warnings[0]
    assert "shop.db" not in (result.folder / PLAN_FILE).read_text()
    Path(shop).unlink()
    assert "5" in load_predictor(result.folder).predict("x")


def test_a_query_in_a_file_is_captured_by_its_result(tmp_path, shop, built):
    (tmp_path / "prices.sql").write_text("select price + 1 as more from prices")
    query = TableDataset(shop, filepath=str(tmp_path / "prices.sql"))
    result = built(DataCatalog({"artifact": query}), nodes.describe)
    assert "6" in load_predictor(result.folder).predict("x")


def test_an_artifact_that_is_not_a_file_and_uses_credentials_is_rejected(shop, built):
    from kedro_datasets.pandas import SQLTableDataset

    dataset = SQLTableDataset(table_name="prices", credentials={"con": f"sqlite:///{shop}"})
    with pytest.raises(LoggingError, match=r"\(SQLTableDataset\) uses credentials \(credentials\).*store it as a file"):
        built(DataCatalog({"artifact": dataset}), nodes.describe)


@pytest.mark.parametrize("database", ["host=db user=me password=hunter2", "of-the-Lake-7713"])
def test_credentials_of_a_dataset_that_is_not_a_file_are_found_by_value(built, database):
    refused = pytest.raises(LoggingError, match=r"\(TableDataset\) uses credentials \(database\)")
    with redacting(Redaction(lambda: ["of-the-Lake-7713"])), refused:
        built(DataCatalog({"artifact": TableDataset(database, sql="select 1")}), nodes.describe)


def test_a_file_whose_entry_has_credentials_in_it_is_rejected(tmp_path, built):
    table = pd.DataFrame({"a": [1]})
    table.to_csv(tmp_path / "t.csv", index=False)
    dataset = CSVDataset(filepath=str(tmp_path / "t.csv"), load_args={"storage": {"token": "very-secret"}})
    with pytest.raises(LoggingError, match=r"has credentials in it \(load_args\.storage\.token\).*credentials\.yml"):
        built(DataCatalog({"artifact": dataset}), nodes.describe)


def test_an_artifact_in_memory_is_rejected(built):
    with pytest.raises(BindingError, match="the artifact 'artifact' is not persisted"):
        built(DataCatalog({"artifact": MemoryDataset(1)}))


def test_an_artifact_whose_file_is_gone_is_rejected(tmp_path, built):
    dataset = PickleDataset(filepath=str(tmp_path / "gone.pkl"))
    with pytest.raises(LoggingError, match=r"the artifact 'artifact' can't be read from file:///.*gone\.pkl"):
        built(DataCatalog({"artifact": dataset}))


def test_a_stored_file_stays_the_same_if_the_original_is_overwritten_in_place(tmp_path, built):
    original = tmp_path / "model.pkl"
    folder = built(DataCatalog({"artifact": pickled(original)})).folder
    with original.open("r+b") as file:
        file.write(pickle.dumps(11))
    assert load_predictor(folder).predict(1) == 11
    assert original.read_bytes() == pickle.dumps(11)


def test_a_stored_folder_stays_the_same_too(tmp_path, built):
    dataset = PartitionedDataset(path=str(tmp_path / "parts"), dataset="pickle.PickleDataset")
    dataset.save({"a": 1, "b": 2})
    folder = built(DataCatalog({"artifact": dataset}), nodes.total).folder
    with (tmp_path / "parts/a").open("r+b") as file:
        file.write(pickle.dumps(100))
    assert load_predictor(folder).predict(1) == 4


def test_an_artifact_that_is_written_to_at_the_same_time_is_rejected(tmp_path, built):
    original = tmp_path / "parts"
    original.mkdir()
    (original / "b").write_bytes(pickle.dumps(2))
    pipes = [original / "a", original / "c"]
    for pipe in pipes:
        os.mkfifo(pipe)  # reading it waits for a writer

    def write():
        while len(pipes) > 1:
            for pipe in pipes:
                with suppress(OSError):  # the copy does not wait for this one yet
                    os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
                    pipes.remove(pipe)
                    break
        (original / "b").write_bytes(pickle.dumps("of another size, since times may be equal"))
        pipes[0].open("wb").close()

    writer = threading.Thread(target=write)
    dataset = PartitionedDataset(path=str(original), dataset="pickle.PickleDataset")
    writer.start()
    with pytest.raises(LoggingError, match=r"can't be read from .*written to while it was copied"):
        built(DataCatalog({"artifact": dataset}), nodes.total)
    writer.join()


def test_a_dataset_with_a_second_path_is_rejected(tmp_path, built):
    dataset = IncrementalDataset(
        path=str(tmp_path / "parts"),
        dataset="pickle.PickleDataset",
        checkpoint={"type": "text.TextDataset", "filepath": str(tmp_path / "parts/done")},
    )
    dataset.save({"a": 1})
    with pytest.raises(LoggingError, match=r"a second path in 'checkpoint\.filepath'"):
        built(DataCatalog({"artifact": dataset}), nodes.total)


def test_a_checkpoint_in_the_folder_of_an_artifact_is_not_a_second_path(tmp_path, built):
    checkpoint = {"type": "text.TextDataset", "filepath": "done"}
    path = str(tmp_path / "parts")
    dataset = IncrementalDataset(path=path, dataset="pickle.PickleDataset", checkpoint=checkpoint)
    dataset.save({"a": 1})
    assert built(DataCatalog({"artifact": dataset}), nodes.total).plan.artifacts["artifact"].dataset is not None
