"""The aliases in the conditions of `model.promote_if`."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.promotion import promotion_problems
from tests.bindings import resolved

INFERENCE = Pipeline([node(len, "x", "out", name="predict")])


def problems(*conditions):
    options = {"registered_model_name": "churn", "aliases": ["champion"], "promote_if": list(conditions)}
    found = promotion_problems(resolved(INFERENCE, name="churn", log_model_kwargs=options))
    return [(problem.code, problem.path[2:], problem.hint) for problem in found]


@pytest.mark.parametrize("condition", ["accuracy >= champion", "accuracy >= 0.8", "accuracy >= production"])
def test_a_number_and_an_alias_that_may_be_are_fine(condition):
    assert problems(condition) == []


def test_an_alias_like_the_one_that_is_set_may_be_a_mistake():
    assert problems("loss < 1", "accuracy >= champoin") == [
        ("unknown-alias", ("promote_if", 1), "did you mean 'champion'?")
    ]


@pytest.mark.parametrize("alias", ["latest", "v3"])
def test_an_alias_that_no_version_can_have_is_an_error(alias):
    assert [code for code, *_ in problems(f"accuracy >= {alias}")] == ["bad-value"]
