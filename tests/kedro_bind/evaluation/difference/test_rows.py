"""Predictions of two models on the same rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

from kedro_bind.evaluation.difference.rows import RowDifference, compare_predictions

SCORES = pd.DataFrame({"score": [1.0, 2.0, 3.0], "name": ["a", "b", None]}, index=[7, 8, 9])


def compare(before, after):
    return compare_predictions("the data", before, after)


@pytest.mark.parametrize(
    "predictions",
    [
        SCORES,
        SCORES["score"],
        SCORES["score"].to_numpy(),
        np.zeros((2, 3, 4)),
        np.zeros((0, 2, 2)),
        [1, "a", None],
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
        pd.DataFrame({"a": [np.nan, math.inf]}),
        pd.DataFrame(index=[1, 2]),
        pl.DataFrame({"a": [1, 2]}),
        {"a": np.array([1, 2])},
        "text",
        None,
    ],
)
def test_predictions_are_like_themselves(predictions):
    found = compare(predictions, predictions)
    assert not found.different
    assert (found.data, list(found.examples)) == ("the data", [])


def test_rows_that_differ_are_counted_and_shown():
    found = compare(SCORES, SCORES.assign(score=[1.0, 2.5, 3.0], name=["a", "c", None]))
    assert (found.rows, found.differing, found.largest) == (3, 1, {"score": 0.5})
    assert found.examples == [RowDifference("8", {"score": "2.0", "name": "b"}, {"score": "2.5", "name": "c"})]


def test_a_few_rows_are_shown():
    found = compare(np.arange(100), np.arange(100) + 1)
    assert (found.differing, len(found.examples), found.largest) == (100, 5, {"prediction 0": 1.0})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (np.zeros((2, 3, 4)), np.ones((2, 3, 4))),
        (pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1, 3]})),
        ({"a": np.array([1, 2])}, {"a": np.array([1, 3])}),
        ("one", "other"),
        ([True, False], [True, True]),
        (pd.Series([1, 2]), pd.Series([1.0, 2.5]).astype(object)),
    ],
)
def test_predictions_of_every_kind_may_differ(before, after):
    found = compare(before, after)
    assert found.differing >= 1
    assert not found.problem


def test_rounding_is_no_difference():
    assert not compare(np.array([0.1 + 0.2]), np.array([0.3])).different
    assert compare(np.array([1.0]), np.array([1.0 + 1e-6])).different


def test_whole_numbers_are_not_rounded():
    found = compare(np.array([10_000_000_000, 2**60]), np.array([10_000_000_001, 2**60 + 1]))
    assert found.differing == 2


def test_a_missing_value_differs_from_a_number():
    found = compare(pd.Series([np.nan, 1.0, 2.0]), pd.Series([0.0, 1.0, 2.5]))
    assert (found.differing, found.largest) == (2, {"prediction": 0.5})
    found = compare(pd.Series([np.nan, math.inf]), pd.Series([0.0, 1.0]))
    assert (found.differing, found.largest) == (2, {"prediction": math.inf})


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (SCORES, SCORES.iloc[:2], "3 rows before, 2 after"),
        (SCORES, SCORES["score"], "pandas.DataFrame before, pandas.Series after"),
        (SCORES, SCORES.rename(columns={"name": "label"}), "columns removed: name; columns added: label"),
        (SCORES, SCORES[["score"]], "columns removed: name; columns added: none"),
        (SCORES, SCORES[["name", "score"]], "columns before: score, name; columns after: name, score"),
    ],
)
def test_rows_that_can_not_be_compared_are_a_problem(before, after, problem):
    found = compare(before, after)
    assert found.different
    assert found.problem.endswith(problem)
