"""Predictions as MLflow's server writes them."""

from __future__ import annotations

import datetime as dt
import json
import math
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from mlflow.pyfunc.scoring_server import predictions_to_json

from kedro_bind.serving.predictions import Part, Predictions


def of_mlflow(predictions):
    text = StringIO()
    predictions_to_json(predictions, text)
    return json.loads(text.getvalue())


def same(one, other):
    """Compare parsed JSON, in which NaN is like NaN."""
    return json.dumps(one) == json.dumps(other)


@pytest.mark.parametrize(
    "predictions",
    [
        np.array([1.5, 2.5]),
        np.array([[1, 2], [3, 4]]),
        np.array([1.5, np.nan, np.inf]),
        np.array([True, False]),
        np.array(["a", "b"]),
        np.array(["2024-01-01"], dtype="datetime64[D]"),
        pd.DataFrame({"score": [0.1, 0.2], "name": ["a", "b"], "n": [1, 2], "yes": [True, False]}),
        pd.DataFrame({"score": [0.1, None], "name": ["a", None]}),
        pd.DataFrame({"n": pd.array([1, 2], dtype="Int64")}),
        pd.DataFrame({"day": pd.to_datetime(["2024-01-01"])}),
        pd.DataFrame({"f": np.array([0.1], dtype="float32"), "big": [2**60]}),
        pd.DataFrame({0: [1.5]}),
        pd.Series([1.5, 2.5], name="score"),
        [1, "a", {"b": [2]}],
        [math.nan],
        ["é", None],
    ],
)
def test_the_json_is_that_of_mlflow(predictions):
    whole = Predictions(predictions).whole
    assert same(json.loads(whole.json()), of_mlflow(whole.data))


@pytest.mark.parametrize(
    "predictions", [np.arange(5), pd.DataFrame({"a": range(5)}), pd.Series(range(5), name="a"), list(range(5))]
)
def test_each_caller_gets_its_own_part(predictions):
    found = Predictions(predictions)
    assert len(found) == 5
    part = Part(found, 1, 3)
    assert type(part.returned) is type(predictions)
    assert list(np.ravel(part.returned)) == [1, 2]
    assert same(json.loads(part.json()), of_mlflow(part.data))


def test_what_only_looks_plain_is_left_to_mlflow():
    assert Predictions(np.array([1.5])).plain
    assert Predictions(pd.DataFrame({"a": [1], "b": [True]})).plain
    assert not Predictions(np.array([math.nan])).plain
    assert not Predictions(pd.DataFrame({"day": [dt.date(2024, 1, 1)]})).plain
    assert not Predictions(pd.DataFrame({1: [1.5]})).plain
    assert not Predictions("text").plain
