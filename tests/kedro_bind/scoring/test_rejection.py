"""Rows that a model rejects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from kedro_bind.scoring.rejection import Failure, first_failure, predict_rows, reason_of


def rejection(message):
    return MlflowException.invalid_parameter_value(message)


def model(rows):
    """Predict rows of which negative ones are rejected; 13 is an error, and so are two that are 7."""
    values = np.asarray(rows).ravel()
    if (values < 0).any():
        raise rejection(f"negative: {values[values < 0][0]}")
    if (values == 13).any():
        raise RuntimeError("unlucky")
    if (values == 7).sum() > 1:
        raise RuntimeError("too many sevens")
    return values * 2


@pytest.mark.parametrize("kind", [np.array, lambda values: pd.DataFrame({"value": values})])
@pytest.mark.parametrize("bad", [[], [0], [3], [1, 2, 6], list(range(7))])
def test_what_is_not_rejected_is_predicted_in_its_order(kind, bad):
    values = [-1 if place in bad else place + 20 for place in range(7)]
    found = predict_rows(model, kind(values))
    assert found.rejected == dict.fromkeys(bad, "negative: -1")
    assert [value for part in found.parts for value in part] == [2 * value for value in values if value >= 0]


def test_an_error_of_the_model_is_not_a_rejection():
    with pytest.raises(RuntimeError, match="unlucky"):
        predict_rows(model, np.array([-1, 1, 13]))


@pytest.mark.parametrize(
    ("values", "failure"),
    [
        ([1, 2, 13, 13], Failure(2, "RuntimeError: unlucky", rejects=False)),
        ([1, -5, 13], Failure(1, "negative: -5", rejects=True)),
        ([13], Failure(0, "RuntimeError: unlucky", rejects=False)),
        ([7, 1, 1, 7], None),
    ],
)
def test_the_first_row_that_fails_alone_is_found(values, failure):
    rows = np.array(values)
    with pytest.raises((RuntimeError, MlflowException)) as raised:
        model(rows)
    assert first_failure(model, rows, raised.value) == failure


def noted(error, note):
    error.__notes__ = [note]  # add_note comes with Python 3.11
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (rejection("Failed to enforce schema. Error: Column 'id'\n is missing"), ("Column 'id' is missing", True)),
        (MlflowException("no such run"), ("MlflowException: no such run", False)),
        (noted(ValueError("bad"), "in the node 'predict'"), ("ValueError: bad, in the node 'predict'", False)),
        (noted(rejection("bad"), "in the node 'predict'"), ("MlflowException: bad, in the node 'predict'", False)),
    ],
)
def test_an_error_says_whether_it_is_about_the_input(error, reason):
    assert reason_of(error) == reason
