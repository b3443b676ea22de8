"""The difference between two models in its three forms."""

from __future__ import annotations

import json
import math

import pytest

from kedro_bind.evaluation.difference.changes import Change, ModelDifference
from kedro_bind.evaluation.difference.rows import PredictionDifference, RowDifference
from kedro_bind.render.difference import render_difference

CHANGES = [
    Change("nodes", "predict", "changed", detail="its code"),
    Change("nodes", "scale", "removed", before="shop:scale(x) -> y"),
    Change("parameters", "params:at", "changed", "0.5", "0.6"),
    Change("options", "a|b", "added", after="yes"),
]
ROWS = PredictionDifference(
    "the example", 3, 1, {"score": 0.25}, [RowDifference("7", {"score": "1.0"}, {"score": "1.25"})]
)
DIFFERENCE = ModelDifference("models:/churn/1", "models:/churn/2", CHANGES, ROWS)
SAME = ModelDifference("a", "b", [], PredictionDifference("the example", 3))


def test_text_has_signs_and_values():
    assert render_difference(DIFFERENCE, "text").splitlines() == [
        "- models:/churn/1",
        "+ models:/churn/2",
        "",
        "nodes",
        "  ~ predict: its code",
        "  - scale: shop:scale(x) -> y",
        "",
        "parameters",
        "  ~ params:at: 0.5 -> 0.6",
        "",
        "options",
        "  + a|b: yes",
        "",
        "predictions",
        "  on the example: 1 of 3 rows differ; the largest difference is score 0.25",
        "",
        "  row  column  before  after",
        "  7    score   1.0     1.25",
    ]


def test_markdown_has_tables():
    lines = render_difference(DIFFERENCE, "markdown").splitlines()
    assert "| parameters | `params:at` | changed | `0.5` | `0.6` |" in lines
    assert "| nodes | `predict` | its code |  |  |" in lines
    assert "| options | `a\\|b` | added |  | `yes` |" in lines
    assert "| 7 | score | 1.0 | 1.25 |" in lines


def test_json_has_all_of_it():
    found = json.loads(render_difference(DIFFERENCE, "json"))
    assert found["different"] is True
    assert found["changes"][0]["detail"] == "its code"
    assert found["predictions"]["examples"] == [{"row": "7", "before": {"score": "1.0"}, "after": {"score": "1.25"}}]
    infinite = ModelDifference("a", "b", [], PredictionDifference("d", 1, 1, {"score": math.inf}))
    assert json.loads(render_difference(infinite, "json"))["predictions"]["largest"] == {"score": "inf"}


def test_models_may_be_the_same():
    assert render_difference(SAME, "text").splitlines()[-3:] == [
        "  on the example: the same for all 3 rows",
        "",
        "no difference",
    ]
    assert "No difference." in render_difference(SAME, "markdown")
    assert json.loads(render_difference(SAME, "json"))["different"] is False


@pytest.mark.parametrize(
    ("predictions", "line"),
    [
        (PredictionDifference(skipped="neither has an example"), "not compared: neither has an example"),
        (PredictionDifference("rows.csv", problem="2 rows before, 3 after"), "on rows.csv: 2 rows before, 3 after"),
    ],
)
def test_predictions_may_not_be_comparable(predictions, line):
    difference = ModelDifference("a", "b", [], predictions)
    assert f"  {line}" in render_difference(difference, "text").splitlines()
    assert f"Predictions: {line}." in render_difference(difference, "markdown").splitlines()
