"""The best of each column, and the table as text, Markdown and JSON."""

from __future__ import annotations

import json
import math

import pytest

from conf_schema import parse_condition
from kedro_bind.evaluation.table import ScoreRow, ScoreTable
from kedro_bind.render.scores import render_scores


def table(*metrics, conditions=()):
    rows = [ScoreRow(f"models:/churn/{place}", (), values) for place, values in enumerate(metrics, start=1)]
    return ScoreTable("churn", "holdout", "abc", tuple(rows), [parse_condition(text) for text in conditions])


@pytest.mark.parametrize(
    ("metric", "conditions", "best"),
    [
        ("accuracy", [], 0.9),
        ("rmse", [], 0.8),
        ("test.mae", [], 0.8),
        ("log_loss", [], 0.8),
        ("lossless", [], 0.9),
        ("cost", ["cost <= champion"], 0.8),
        ("error", ["error > champion"], 0.9),
    ],
)
def test_the_best_is_the_greatest_unless_less_is_wanted(metric, conditions, best):
    assert table({metric: 0.9}, {metric: 0.8}, {}, conditions=conditions).best(metric) == best


def test_there_is_no_best_of_equals_and_of_what_is_not_a_number():
    assert table({"rows": 40.0}, {"rows": 40.0}).best("rows") is None
    assert table({"a": math.nan}, {"a": 1.0}, {"a": 2.0}).best("a") == 2.0


def test_forms():
    scores = table({"accuracy": 0.5, "rows": 40.0}, {"accuracy": math.inf, "rows": 40.0})
    assert render_scores(scores, "text").splitlines() == [
        "churn on 'holdout' (digest abc)",
        "",
        "model            aliases  accuracy  rows",
        "models:/churn/1           0.5       40",
        "models:/churn/2           inf *     40",
    ]
    assert "| models:/churn/2 |  | **inf** | 40 |" in render_scores(scores, "markdown")
    assert json.loads(render_scores(scores, "json"))["models"][1]["metrics"]["accuracy"] == "inf"
