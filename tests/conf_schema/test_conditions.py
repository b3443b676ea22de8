from __future__ import annotations

import math

import pytest

from conf_schema import Condition, parse_condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("accuracy >= champion", Condition("accuracy", ">=", alias="champion")),
        ("  accuracy>0.9 ", Condition("accuracy", ">", number=0.9)),
        ("test/log loss:2 < 1e-3", Condition("test/log loss:2", "<", number=0.001)),
        ("loss <= -1.", Condition("loss", "<=", number=-1.0)),
        ("f-1.macro >= the-best_2", Condition("f-1.macro", ">=", alias="the-best_2")),
    ],
)
def test_a_metric_is_compared_with_a_number_or_an_alias(text, condition):
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    "text",
    [
        "",
        "accuracy",
        "accuracy >=",
        ">= 0.9",
        "accuracy == 0.9",
        "accuracy => 0.9",
        "accuracy >= a b",
        "accuracy >= 1.2.3",
        "accuracy >= -",
        "accuracy >= champion@2",
        "accuracy & f1 >= 0.9",
        "0.5 < accuracy < 0.9",
    ],
)
def test_anything_else_is_refused_with_a_hint(text):
    with pytest.raises(ValueError, match=r"\w+"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("comparison", "less", "same", "more"),
    [(">=", False, True, True), (">", False, False, True), ("<=", True, True, False), ("<", True, False, False)],
)
def test_it_holds_as_it_reads(comparison, less, same, more):
    condition = parse_condition(f"accuracy {comparison} champion")
    assert [condition.holds(value, 0.5) for value in (0.4, 0.5, 0.6)] == [less, same, more]
    assert not condition.holds(math.nan, 0.5)
    assert not condition.holds(0.5, math.nan)


@pytest.mark.parametrize("text", ["accuracy >= champion", "loss < 0.001"])
def test_it_shows_as_it_is_written(text):
    assert str(parse_condition(text)) == text
