"""Tables by their names in Kedro's catalog."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest
from kedro.io import DataCatalog, MemoryDataset, Version
from kedro_datasets.pandas import CSVDataset, JSONDataset, ParquetDataset

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.catalog import catalog_table
from kedro_bind.scoring.job import TablePlace


def table(dataset):
    return catalog_table(DataCatalog(datasets={"people": dataset}), "people")


@pytest.mark.parametrize("name", ["./people", "s3://people", "data\\people", "others"])
def test_a_path_is_not_a_dataset(name):
    assert catalog_table(DataCatalog(datasets={"people": MemoryDataset()}), name) is None


def test_a_pattern_of_the_catalog_is_a_dataset():
    catalog = DataCatalog.from_config({"{name}_table": {"type": "pandas.CSVDataset", "filepath": "data/{name}.csv"}})
    assert catalog_table(catalog, "people_table").input.url.endswith("data/people.csv")


@pytest.mark.parametrize(
    ("dataset", "format_", "separator"),
    [
        (CSVDataset(filepath="/data/a.csv"), "csv", ","),
        (
            CSVDataset(filepath="/data/a.csv", load_args={"sep": ";"}, save_args={"sep": ";", "index": False}),
            "csv",
            ";",
        ),
        (ParquetDataset(filepath="/data/a.csv", load_args={"columns": ["id"]}), "parquet", ","),
        (
            JSONDataset(
                filepath="/data/a.csv", load_args={"lines": True}, save_args={"lines": True, "orient": "records"}
            ),
            "jsonl",
            ",",
        ),
    ],
)
def test_a_file_is_read_and_written_in_chunks(dataset, format_, separator):
    place = TablePlace("/data/a.csv", format_, separator)
    assert (table(dataset).input, table(dataset).output) == (place, place)


@pytest.mark.parametrize(
    "dataset",
    [
        MemoryDataset(),
        CSVDataset(filepath="a.csv", load_args={"skiprows": 1}, save_args={"index": True}),
        CSVDataset(filepath="a.csv", load_args={"sep": r"\s+"}, save_args={"sep": "||"}),
        JSONDataset(filepath="a.json"),
        JSONDataset(
            filepath="a.json",
            load_args={"lines": True, "orient": "split"},
            save_args={"lines": True, "orient": "split"},
        ),
    ],
)
def test_what_pandas_reads_in_its_own_way_is_loaded_and_saved_as_a_whole(dataset):
    assert (table(dataset).input, table(dataset).output) == (None, None)


def test_a_versioned_file_is_read_and_written_as_its_version(tmp_path):
    path = f"{tmp_path}/a.csv"
    dataset = CSVDataset(filepath=path, version=Version("2024-01-01T00.00.00.000Z", "2024-02-02T00.00.00.000Z"))
    assert table(dataset).input.url == f"{path}/2024-01-01T00.00.00.000Z/a.csv"
    assert table(dataset).output.url == f"{path}/2024-02-02T00.00.00.000Z/a.csv"


def test_a_place_has_the_credentials_of_its_dataset():
    dataset = CSVDataset(
        filepath="memory:///a.csv", credentials={"token": "hidden"}, fs_args={"listings_expiry_time": 1}
    )
    assert table(dataset).input == TablePlace(
        "memory:///a.csv", "csv", storage={"listings_expiry_time": 1, "token": "hidden"}
    )


def test_a_table_is_loaded_as_one_of_pandas():
    rows = pd.DataFrame({"id": [1, 2]})
    for data in (rows, pl.DataFrame({"id": [1, 2]})):
        pd.testing.assert_frame_equal(table(MemoryDataset(data)).load(), rows)


def test_errors_name_the_dataset(tmp_path):
    dataset = CSVDataset(filepath=f"{tmp_path}/gone.csv")
    with pytest.raises(KedroBindError, match="the dataset 'people' can't be loaded"):
        table(dataset).load()
    with pytest.raises(KedroBindError, match="the dataset 'people' can't be saved"):
        table(dataset).save(None)
