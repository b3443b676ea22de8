from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kedro_bind.packaging.verification import row_wise
from kedro_bind.packaging.verification.made_rows import made_rows
from kedro_bind.packaging.verification.row_wise import MOST_ROWS, RowWise, check_row_wise
from tests.kedro_bind.packaging.verification.row_functions import NOT_ROW_WISE, ROW_WISE, ROWS

pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_corpus_is_large_and_half_of_it_is_not_row_wise():
    assert len(ROW_WISE) >= 20
    assert len(NOT_ROW_WISE) >= 20


@pytest.mark.parametrize("name", ROW_WISE)
def test_a_row_wise_model_is_recognised(name):
    verdict = check_row_wise(ROW_WISE[name], ROWS)
    assert verdict.row_wise, verdict.reason


@pytest.mark.parametrize("name", NOT_ROW_WISE)
def test_rows_that_depend_on_each_other_are_detected(name):
    verdict = check_row_wise(NOT_ROW_WISE[name], ROWS)
    assert not verdict.row_wise
    assert verdict.reason


def test_few_rows_are_enough():
    assert check_row_wise(ROW_WISE["linear"], ROWS.head(1)).row_wise
    assert not check_row_wise(NOT_ROW_WISE["ranks"], ROWS.head(1)).row_wise


@pytest.mark.parametrize("rows", [None, [1, 2], {"spend": [1.0]}, ROWS.head(0), np.zeros((0, 2)), "text"])
def test_data_without_rows_is_not_row_wise(rows):
    assert not check_row_wise(lambda rows: rows, rows).row_wise


def test_an_array_is_compared_row_by_row():
    rows = np.arange(24, dtype="float64").reshape(12, 2)
    assert check_row_wise(lambda values: values.sum(axis=1), rows).row_wise
    assert not check_row_wise(lambda values: values.sum(axis=1) - values.mean(), rows).row_wise


def test_the_index_of_the_rows_does_not_matter():
    rows = ROWS.set_axis([f"customer {number}" for number in range(len(ROWS))])
    assert check_row_wise(lambda table: table.index.to_series() * 0 + table["visits"], rows).row_wise


class TestMadeRows:
    def test_they_are_the_same_every_time_and_not_too_many(self):
        first, second = made_rows(ROWS, MOST_ROWS), made_rows(ROWS, MOST_ROWS)
        pd.testing.assert_frame_equal(first, second)
        assert len(ROWS) < len(first) <= MOST_ROWS

    def test_they_keep_the_types_of_the_columns(self):
        assert made_rows(ROWS, MOST_ROWS).dtypes.equals(ROWS.dtypes)

    def test_values_are_missing_only_if_the_type_allows_it(self):
        missing = made_rows(ROWS, MOST_ROWS).isna().any()
        assert missing[missing].index.tolist() == ["spend", "region", "since", "seen"]

    def test_a_nullable_integer_is_missing_too(self):
        rows = pd.DataFrame({"age": pd.array([1, 2, 3], dtype="Int64")})
        made = made_rows(rows, MOST_ROWS)
        assert made["age"].isna().any()
        assert made["age"].dtype == "Int64"

    def test_a_date_as_text_gets_other_formats(self):
        assert {"04/05/2024 08:00", "13/05/2024 08:00"} <= set(made_rows(ROWS, MOST_ROWS)["seen"])
        assert not made_rows(ROWS, MOST_ROWS)["region"].str.contains("2024").any()

    def test_each_rare_category_gets_a_second_row_that_is_not_a_duplicate(self):
        made = made_rows(ROWS, MOST_ROWS)
        assert len(made[made["region"] == "far"].drop_duplicates()) > 1


def test_predictions_that_can_not_be_compared_are_not_row_wise():
    class Incomparable(list):
        def __len__(self):
            raise TypeError

    verdict = check_row_wise(lambda _: Incomparable(), ROWS)
    assert verdict == RowWise(False, "not determined: rows of this type can't be made or compared (TypeError)")


def test_an_array_without_columns_has_a_verdict():
    assert check_row_wise(lambda rows: rows.sum(axis=1), np.zeros((3, 0))).row_wise is True


def test_the_search_ends_after_a_number_of_calls():
    calls = []

    def predict(rows):
        calls.append(len(rows))
        return rows["visits"]

    verdict = check_row_wise(predict, ROWS, most_calls=10)
    assert "predicting is too slow" in verdict.reason
    assert len(calls) == 10


def test_a_search_with_a_limit_ends_after_some_time(monkeypatch):
    monkeypatch.setattr(row_wise, "_MOST_SECONDS", -1.0)
    assert "predicting is too slow" in check_row_wise(lambda rows: rows["spend"] * 2, ROWS, most_calls=10_000).reason
    assert check_row_wise(lambda rows: rows["spend"] * 2, ROWS).row_wise is True
