"""The scores of several models as text, Markdown and JSON."""

from __future__ import annotations

import json
import math

import pytest

from kedro_bind.evaluation.table import ScoreRow, ScoreTable
from kedro_bind.render.scores import markdown_table, render_scores, text_table

TABLE = ScoreTable(
    "churn",
    "holdout",
    "abc",
    (
        ScoreRow("models:/churn/2", ("champion", "live"), {"accuracy": 0.9, "loss": 0.25}),
        ScoreRow("models:/churn/1", (), {"accuracy": 0.8}),
        ScoreRow("models:/churn/3", error="it does not load"),
    ),
)


def test_the_best_figure_is_marked_and_errors_are_below():
    assert render_scores(TABLE, "text").splitlines() == [
        "churn on 'holdout' (digest abc)",
        "",
        "model            aliases         accuracy  loss",
        "models:/churn/2  champion, live  0.9 *     0.25",
        "models:/churn/1                  0.8",
        "models:/churn/3",
        "",
        "models:/churn/3 can't be evaluated: it does not load",
    ]
    assert "| models:/churn/2 | champion, live | **0.9** | 0.25 |" in render_scores(TABLE, "markdown").splitlines()


def test_scores_of_runs_have_no_headline():
    table = ScoreTable("churn", "", "", TABLE.rows[:1])
    assert render_scores(table, "text").startswith("model ")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_json_has_what_is_not_a_number_as_text(value):
    rows = tuple(ScoreRow(str(number), (), {"gain": number}) for number in (value, 1.0))

    def refuse(constant):
        raise AssertionError(constant)

    found = json.loads(render_scores(ScoreTable("churn", "", "", rows), "json"), parse_constant=refuse)
    assert found["models"][0] == {"model": str(value), "aliases": [], "metrics": {"gain": str(value)}, "error": None}
    assert found["best"]["gain"] in (1.0, "inf", None)


def test_cells_are_aligned_by_their_columns():
    assert text_table([["a", "name"], ["1", "客户"], ["22", "x"]]).splitlines() == ["a   name", "1   客户", "22  x"]
    lines = text_table([["name", "n"], ["客户", "1"]]).splitlines()
    assert lines == ["name  n", "客户  1"]


def test_cells_of_markdown_are_escaped():
    assert markdown_table([["a|b"], ["x\ny"]]).splitlines() == ["| a\\|b |", "| --- |", "| x y |"]
