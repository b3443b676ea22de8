"""Tables of all formats and sizes, predicted in chunks: the same as in one call."""

from __future__ import annotations

import gzip
import json
import os
import pickle
from unittest.mock import ANY

import fsspec
import mlflow
import pandas as pd
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.command import predict_table
from kedro_bind.scoring.request import Request
from kedro_bind.scoring.workers import Workers
from tests.integration.scoring.conftest import people
from tests.stores.places import SECRETS, keys_of, s3

pytestmark = pytest.mark.slow
URI = "models:/people@champion"
ROWS = 1000


@pytest.fixture(scope="module", autouse=True)
def store(logged):
    mlflow.set_tracking_uri(logged.environment["MLFLOW_TRACKING_URI"])
    yield
    mlflow.set_tracking_uri(None)


@pytest.fixture(scope="module")
def expected():
    """What the model predicts in one call."""
    return mlflow.pyfunc.load_model(URI).predict(people(ROWS))


def predict_here(source, destination, model=URI, **options):
    """Predict in this process."""
    options = {"chunk_rows": 128, "keep": ("customer_id",), **options}
    return predict_table(Request(model, str(source), str(destination), **options), None)


def refused(source, destination, **options):
    with pytest.raises(KedroBindError) as caught:
        predict_here(source, destination, **options)
    return caught.value.message


def read(path):
    """Read an output of any format as pandas does."""
    files = sorted(path.glob("part-*")) if path.is_dir() else [path]
    if files[0].suffix == ".parquet":
        return pd.read_parquet(path)
    if files[0].suffix == ".csv":
        found = pd.concat([pd.read_csv(file, dtype={"customer_id": str}) for file in files])
    else:
        found = pd.concat([pd.read_json(file, lines=True, dtype={"customer_id": str}) for file in files])
    return found.assign(day=pd.to_datetime(found["day"])) if "day" in found else found


def same(found, expected, rows=ROWS):
    assert found.pop("customer_id").tolist() == people(rows)["customer_id"].tolist()
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), expected.head(rows).reset_index(drop=True), check_dtype=False
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """One table in all formats."""
    folder = tmp_path_factory.mktemp("tables")
    table = people(ROWS)
    table.to_parquet(folder / "in.parquet", row_group_size=300)
    table.to_csv(folder / "in.csv", index=False)
    table.to_json(folder / "in.jsonl", orient="records", lines=True, date_format="iso")
    for name in ("in.csv", "in.jsonl"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
    return folder


def test_the_command_writes_a_part_for_each_chunk_and_says_which_model_it_was(logged, tables, tmp_path, expected):
    arguments = ["--keep=customer_id", "--chunk-rows=128", "--workers=2"]
    done = logged.predict(URI, tables / "in.parquet", tmp_path / "out", *arguments, cwd=tmp_path)
    assert done.stdout.startswith("1,000 rows in ")
    assert "predicting with models:/people/1" in done.stderr
    assert len(list((tmp_path / "out").glob("part-*.parquet"))) == 10  # of row groups of 300 rows
    same(read(tmp_path / "out"), expected)
    manifest = json.loads((tmp_path / "out/_manifest.json").read_text())
    assert (manifest["model"], manifest["version"]) == ("models:/people/1", "1")
    assert manifest["totals"] == {"rows": 1000, "rejected": 0, "parts": 10}
    assert manifest["files"] == [{"path": str(tables / "in.parquet"), "size": ANY, "modified": ANY}]


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl", "in.csv.gz", "in.jsonl.gz"])
def test_a_text_file_is_predicted_as_parquet_is(tables, tmp_path, expected, name):
    summary = predict_here(tables / name, tmp_path / "out")
    assert (summary.rows, summary.parts) == (1000, 8)
    same(read(tmp_path / "out"), expected)


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.jsonl"])
def test_an_output_that_is_named_like_a_file_becomes_one(tables, tmp_path, expected, name):
    predict_here(tables / "in.parquet", tmp_path / name)
    same(read(tmp_path / name), expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"{name}.manifest.json"]


def test_a_folder_and_a_pattern_are_read_in_the_order_of_their_names(tmp_path, expected):
    folder = tmp_path / "in"
    for part in (2, 0, 1, 3):
        (folder / f"day={part}").mkdir(parents=True)
        people(250, part * 250).to_parquet(folder / f"day={part}" / "part.parquet")
    (folder / "_SUCCESS").touch()
    predict_here(folder, tmp_path / "out")
    same(read(tmp_path / "out"), expected)
    predict_here(f"{folder}/*/*.parquet", tmp_path / "again")
    same(read(tmp_path / "again"), expected)


@pytest.mark.parametrize("index", [["customer_id"], ["customer_id", "visits"], [None]])
def test_the_index_is_kept(tmp_path, expected, index):
    table = people(ROWS)
    if index == [None]:
        table.index = [3 * row % 1000 for row in range(ROWS)]
    else:
        table = table.set_index(index, drop=False)
        if len(index) == 1:
            table = table.drop(columns="customer_id")
        table.index.names = index if len(index) == 1 else ["id", "visit"]
    table.to_parquet(tmp_path / "in.parquet")
    predict_here(tmp_path / "in.parquet", tmp_path / "out", keep=())
    found = pd.read_parquet(tmp_path / "out")
    pd.testing.assert_index_equal(found.index, table.index)
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True), check_dtype=False)


def test_kept_text_stays_as_it_is_in_the_file(tmp_path):
    table = people(3).assign(country=["NA", "", "null"])
    table.to_csv(tmp_path / "in.csv", index=False)
    predict_here(tmp_path / "in.csv", tmp_path / "out.csv", keep=("country", "customer_id"))
    found = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert found["country"].tolist() == ["NA", "", "null"]
    assert found["customer_id"].tolist() == ["00000", "00001", "00002"]


def test_parameters_are_those_of_the_model(tables, tmp_path):
    predict_here(tables / "in.csv", tmp_path / "out", params={"threshold": 100, "mark": 7})
    found = read(tmp_path / "out")
    assert found["over"].sum() == (found["score"] > 100).sum() > 0
    assert found["name"].str.endswith("7").all()
    output = refused(tables / "in.csv", tmp_path / "other", params={"treshold": 1})
    assert "no parameter 'treshold'; a caller may set: mark, threshold" in output


def test_tables_in_memory(expected):
    with fsspec.open("memory://tables/in.parquet", "wb") as file:
        people(ROWS).to_parquet(file)
    request = Request(URI, "memory://tables/in.parquet", "memory://tables/out", keep=("customer_id",), chunk_rows=128)
    with Workers(2, os.environ) as workers:  # which have another memory
        predict_table(request, None, workers)
    same(pd.read_parquet("memory://tables/out"), expected)


def test_tables_in_s3(tmp_path, monkeypatch, expected):
    with s3(tmp_path, "tables") as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", SECRETS["key"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRETS["secret"])
        for part in range(2):
            people(500, part * 500).to_parquet(f"s3://tables/in/{part}.parquet")
        request = Request(URI, "s3://tables/in", "s3://tables/out", keep=("customer_id",), chunk_rows=300)
        with Workers(1, os.environ) as workers:
            summary = predict_table(request, None, workers)
        assert (summary.rows, summary.parts) == (1000, 4)
        parts = [f"out/part-{number:06}.parquet" for number in range(4)]
        assert [key for key in keys_of(address, "tables") if key.startswith("out/")] == ["out/_manifest.json", *parts]
        same(pd.concat([pd.read_parquet(f"s3://tables/{part}") for part in parts]), expected)


def test_an_empty_table_has_an_empty_output(tmp_path):
    for name in ("in.parquet", "in.csv"):
        write = people(0).to_parquet if name == "in.parquet" else people(0).to_csv
        write(tmp_path / name, index=False)
        assert predict_here(tmp_path / name, tmp_path / f"{name}.out").rows == 0
        assert list(read(tmp_path / f"{name}.out").columns)[:3] == ["customer_id", "score", "over"]


def test_integers_where_the_signature_has_doubles(tmp_path, expected):
    """A column of a file has no missing value, and the model's training data had some."""
    people(4).assign(age=[1, 2, 3, 4], spend=[1, 2, 3, 4]).to_parquet(tmp_path / "in.parquet")
    predict_here(tmp_path / "in.parquet", tmp_path / "out")
    assert read(tmp_path / "out")["score"].diff().dropna().tolist() == [3.0, 3.0, 3.0]


def test_what_can_not_be_scored_is_refused_before_anything_is_written(tables, tmp_path):
    table = people(10)
    table.drop(columns=["spend", "visits"]).to_csv(tmp_path / "in.csv", index=False)
    out = tmp_path / "out"
    assert "lacks columns that the model needs: spend, visits; it has: customer_id" in refused(tmp_path / "in.csv", out)
    assert "no column 'id' to keep" in refused(tables / "in.csv", out, keep=("id",))
    assert "there is no table at" in refused(tmp_path / "nothing.parquet", out)
    assert "several formats" in refused(tables, out)
    (tmp_path / "broken.parquet").write_text("PAR1")
    assert "can't be read as parquet" in refused(tmp_path / "broken.parquet", out)
    assert not out.exists()


def test_an_output_that_exists_is_replaced_only_by_overwrite(tables, tmp_path, expected):
    out = tmp_path / "out"
    predict_here(tables / "in.csv", out, chunk_rows=50)
    assert "exists; replace what this command has written by '--overwrite'" in refused(tables / "in.csv", out)
    predict_here(tables / "in.csv", out, overwrite=True)
    same(read(out), expected)
    assert len(list(out.glob("part-*"))) == 8
    (out / "mine.txt").touch()
    assert "files in it that are not from this command" in refused(tables / "in.csv", out, overwrite=True)
    assert (out / "mine.txt").exists()


def test_an_error_of_a_node_names_the_row(tmp_path):
    table = people(500)
    table.loc[321, "spend"] = 666.0
    table.to_parquet(tmp_path / "in.parquet")
    output = refused(tmp_path / "in.parquet", tmp_path / "out")
    assert "row 321 (counted from 0) of" in output
    assert "can't be predicted: RuntimeError: the number of the beast" in output
    with pytest.raises(KedroBindError, match="row 321"):
        predict_here(tmp_path / "in.parquet", tmp_path / "out", overwrite=True, on_bad_rows="quarantine")


@pytest.mark.parametrize("name", ["in.csv", "in.jsonl", "in.parquet"])
def test_a_table_that_is_not_row_wise_is_never_cut(tables, tmp_path, name):
    options = {"model": "models:/ranks/1", "chunk_rows": 10}
    predict_here(tables / name, tmp_path / "out", **options)
    spend = people(ROWS)["spend"]
    found = read(tmp_path / "out")
    assert len(list((tmp_path / "out").glob("part-*"))) == 1
    assert found["rank"].tolist() == spend.rank().tolist()
    assert found["count"].tolist() == [1000] * 1000
    assert found["mean"].tolist() == [spend.mean()] * 1000
    output = refused(tables / name, tmp_path / "more", max_rows=999, **options)
    assert "the table has 1,000 rows" in output
    assert "not verified as row-wise (" in output
    assert "'--max-rows'" in output
    assert not (tmp_path / "more").exists()


@pytest.mark.parametrize("name", ["customers", "customers_csv", "customers_pickle"])
def test_names_of_the_catalog(logged, expected, name):
    data, table = logged.project / "data", people(ROWS)
    for written in ("scored.parquet", "scored.parquet.manifest.json", "scored.pkl"):
        (data / written).unlink(missing_ok=True)
    table.to_parquet(data / "customers.parquet")
    table.to_csv(data / "customers.csv", sep=";", index=False)
    table.to_pickle(data / "customers.pkl")
    destination = "scored_pickle" if name == "customers_pickle" else "scored"
    done = logged.predict("people", name, destination, "--keep=customer_id", "--chunk-rows=128")
    assert f"to {destination}" in done.stdout
    if destination == "scored":
        same(pd.read_parquet(data / "scored.parquet"), expected)
    else:
        same(pickle.loads((data / "scored.pkl").read_bytes()), expected)


def test_a_name_that_is_neither_a_dataset_nor_a_file(logged):
    assert "there is no table at nothing" in logged.refused("people", "nothing", "out")
    assert "there is no binding 'nobody'" in logged.refused("nobody", "customers", "out")
