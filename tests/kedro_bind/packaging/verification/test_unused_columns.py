import numpy as np
import pandas as pd
import pytest

from kedro_bind.packaging.verification.unused_columns import unused_columns

ROWS = pd.DataFrame({"id": [7, 8, 9], "spend": [1.0, 2.0, None], "visits": [1, 2, 3], "churned": [0, 1, 0]})


def find(predict, rows=ROWS):
    return unused_columns(predict, rows)


def test_the_target_and_an_identifier_are_found():
    assert find(lambda rows: rows["spend"] * rows["visits"]) == ["id", "churned"]


def test_a_model_that_uses_every_column_has_none():
    assert find(lambda rows: rows[["id", "spend", "visits", "churned"]].sum(axis=1)) == []


def test_a_column_that_is_passed_through_is_used():
    assert find(lambda rows: rows.assign(score=rows["spend"]).drop(columns="churned", errors="ignore")) == ["churned"]


def test_a_constant_prediction_uses_no_column():
    assert find(lambda rows: np.zeros(len(rows))) == ["id", "spend", "visits", "churned"]


@pytest.mark.parametrize("data", [ROWS.head(0), ROWS.to_numpy(), [1, 2], pd.concat([ROWS, ROWS], axis=1)])
def test_data_without_named_columns_or_rows_is_not_tried(data):
    def predict(rows):
        raise AssertionError(rows)

    assert find(predict, data) == []


def test_a_random_prediction_shows_nothing():
    source = np.random.default_rng(0)
    assert find(lambda rows: source.random(len(rows))) == []


def test_a_model_that_fails_shows_nothing():
    def predict(rows):
        raise ValueError(len(rows))

    assert find(predict) == []


def test_the_table_is_not_changed():
    before = ROWS.copy()

    def predict(rows):
        rows["spend"] = 0
        return rows["visits"]

    find(predict)
    pd.testing.assert_frame_equal(ROWS, before)


def test_a_wide_table_takes_few_calls_where_little_is_used():
    calls = []

    def predict(rows):
        calls.append(1)
        return rows["c3"]

    wide = pd.DataFrame(np.ones((2, 600)), columns=[f"c{n}" for n in range(600)])
    assert len(find(predict, wide)) == 599
    assert len(calls) < 30


def test_a_wide_table_of_used_columns_takes_no_more_calls_than_allowed():
    calls = []

    def predict(rows):
        calls.append(1)
        return rows[[f"c{n}" for n in range(600)]].sum(axis=1)

    assert find(predict, pd.DataFrame(np.ones((2, 600)), columns=[f"c{n}" for n in range(600)])) == []
    assert len(calls) <= 62
