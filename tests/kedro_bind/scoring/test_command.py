"""What `kedro bind predict` does with the names that it is given."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind.errors import KedroBindError
from kedro_bind.scoring.command import predict_table, require_predictions, summary_of
from kedro_bind.scoring.request import Request
from kedro_bind.scoring.run import Summary

ROWS = pd.DataFrame({"id": [1, 2, 3], "spend": [1.0, 2.0, 3.0]})
DOUBLED = pd.DataFrame({"double": [2.0, 4.0, 6.0]})


@dataclass
class Context:
    """The part of Kedro's context that names tables."""

    catalog: DataCatalog


@pytest.fixture
def context(tmp_path):
    catalog = DataCatalog(
        {
            "people": CSVDataset(filepath=f"{tmp_path}/people.csv"),
            "loaded": MemoryDataset(ROWS),
            "scored": CSVDataset(filepath=f"{tmp_path}/scored.csv"),
            "whole": PickleDataset(filepath=f"{tmp_path}/whole.pkl"),
        }
    )
    catalog.save("people", ROWS)
    return Context(catalog)


@pytest.fixture
def predict(model_folder, context):
    def run(source, destination, **options):
        return predict_table(Request(str(model_folder), source, destination, **options), context)

    return run


@pytest.mark.parametrize("source", ["people", "loaded"])
@pytest.mark.parametrize("destination", ["scored", "whole"])
def test_names_of_the_catalog_are_tables(predict, context, source, destination):
    assert predict(source, destination).rows == 3
    pd.testing.assert_frame_equal(context.catalog.load(destination), DOUBLED, check_dtype=False)


def test_paths_are_tables(predict, tmp_path, capsys, model_folder):
    predict(f"{tmp_path}/people.csv", f"{tmp_path}/out.parquet", params={"factor": 3})
    assert pd.read_parquet(tmp_path / "out.parquet")["double"].tolist() == [3.0, 6.0, 9.0]
    predict(f"{tmp_path}/people.csv", f"{tmp_path}/out")
    assert (tmp_path / "out/part-000000.csv").exists()
    assert f"predicting with {model_folder}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "destination", "options", "message"),
    [
        ("loaded", "scored", {"resume": True}, "'--resume' needs an input and an output that are files"),
        ("people", "whole", {"resume": True}, "'--resume' needs an input and an output that are files"),
        ("people", "scored", {"env_manager": "uv"}, "'--env-manager' goes with '--engine spark'"),
        ("people", "scored", {"engine": "spark", "workers": 2}, "'--workers' go with '--engine local'"),
        ("people", "scored", {"params": {"facto": 1}}, "see '--params'"),
        ("peple", "scored", {}, "there is no table at"),
    ],
)
def test_what_does_not_go_together_is_refused(predict, model_folder, context, source, destination, options, message):
    request = Request(str(model_folder), source, destination, **options)
    with pytest.raises(KedroBindError, match=message):
        predict_table(request, context)


def test_a_dataset_that_is_saved_as_a_whole_has_no_place_for_rejected_rows(predict, context):
    context.catalog.save("people", ROWS.assign(spend=[1.0, -2.0, 3.0]))
    with pytest.raises(KedroBindError, match="rejected"):
        predict("people", "whole", on_bad_rows="quarantine")


def test_a_summary_says_what_was_done():
    request = Request("m", "in", "out.csv")
    assert summary_of(Summary(2_000, 0, 2, 2.0), request) == "2,000 rows in 2.0 s (1,000 rows/s), to out.csv"
    assert summary_of(Summary(2_000, 0, 2, 1.0, 1_000), request).startswith(
        "2,000 rows, 1,000 of them by an earlier run in 1.0 s (1,000 rows/s)"
    )
    assert summary_of(Summary(10, 3, 1, 0.0, 10, "out.rejected.csv"), request).endswith(
        "to out.csv\n3 rejected rows are in out.rejected.csv"
    )
    assert summary_of(Summary(10, 3, 1, 0.0), request).startswith("7 of 10 rows in 0.0 s, to out.csv")


def test_a_table_without_a_row_that_is_predicted_is_an_error():
    with pytest.raises(KedroBindError) as caught:
        require_predictions(Summary(3, 3, 1, 0.0, 0, "out.rejected.csv", "row 0 of in.csv is rejected: no number"))
    assert caught.value.exit_code == 1
    assert caught.value.message == (
        "none of the 3 rows is predicted: row 0 of in.csv is rejected: no number; all of them are in out.rejected.csv "
        "with the reasons; correct them, and start anew with '--overwrite'"
    )
    require_predictions(Summary(10, 9, 1, 0.0))
    require_predictions(Summary(0, 0, 1, 0.0))


@pytest.mark.parametrize("on_bad_rows", ["fail", "quarantine"])
@pytest.mark.parametrize(
    ("spend", "type_"),
    [
        (pd.to_datetime(["2026-01-01"] * 3), "datetime64"),
        # Before pandas 3, MLflow converts text to numbers.
        pytest.param(["1", "2", "3"], "str", marks=pytest.mark.needs(pandas="3.0")),
        ([True, False, True], "bool"),
    ],
)
def test_a_column_of_another_type_is_not_a_matter_of_rows(predict, tmp_path, on_bad_rows, spend, type_):
    ROWS.assign(spend=spend).to_parquet(tmp_path / "in.parquet")
    with pytest.raises(KedroBindError) as caught:
        predict(f"{tmp_path}/in.parquet", f"{tmp_path}/out.csv", on_bad_rows=on_bad_rows)
    message = caught.value.message
    assert message.startswith(f"the model takes double in the column 'spend', which has the type {type_}")
    assert message.endswith(f" in {tmp_path}/in.parquet; convert it")
