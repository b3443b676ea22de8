"""Predictions are compared, whole ones and row by row."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from kedro_bind.packaging.verification.comparison import equal_predictions, equal_rows, split_rows


def predictions():
    """Return predictions of many types; every call makes equal ones."""
    table = pd.DataFrame({"score": [0.1, np.nan], "name": ["a", None]})
    return [
        table,
        table["score"],
        table.index,
        np.array([1.0, np.nan]),
        np.array(["a", np.nan], dtype=object),
        np.array([(1.0, np.nan)], dtype=[("low", "f8"), ("high", "f8")]),
        np.array(["2024-05-04", "NaT"], dtype="datetime64[ns]"),
        csr_matrix([[0, 1.5], [2, 0]]),
        {"scores": [1.0, csr_matrix([[1]])]},
        [1, "a", None],
        {1, 2},
        None,
    ]


@pytest.mark.parametrize("index", range(len(predictions())))
def test_predictions_of_any_type_are_equal_only_to_equal_ones(index):
    one = predictions()
    for position, other in enumerate(predictions()):
        assert equal_predictions(one[index], other) == (position == index)


def test_rows_of_any_type_are_equal_to_equal_ones():
    tables = [pd.DataFrame({"a": [1, 2]}), pd.Series([1.0, np.nan])]
    for one, other in zip([*predictions(), tables], [*predictions(), pickle.loads(pickle.dumps(tables))], strict=True):
        assert equal_rows(one, other)
    assert not equal_rows(tables[0], tables[0] + 1)
    assert not equal_rows(np.array(["a", np.nan], dtype=object), np.array(["a", "b"], dtype=object))


def test_objects_without_a_single_truth_value_for_equality_are_compared():
    assert not equal_predictions(csr_matrix([[1, 2]]), csr_matrix([[1, 3]]))
    assert not equal_predictions(pd.Index([1, 2]), pd.Index([1, 3]))


def test_rounding_is_ignored():
    assert equal_predictions(pd.DataFrame({"a": [0.1 + 0.2]}), pd.DataFrame({"a": [0.3]}))
    assert not equal_predictions(np.array([0.1]), np.array([0.11]))


def test_a_row_has_the_type_that_its_batch_has():
    (whole,) = split_rows(pd.Series([1]), 1, "a row alone")
    (number,) = split_rows(pd.Series([1.0]), 1, "a row alone")
    assert not equal_rows(whole, number)
    assert equal_rows(number, split_rows(pd.Series([1.0 + 1e-12]), 1, "a row alone")[0])
