"""A binding as it is in force, wherever it was declared."""

from __future__ import annotations

import functools

import pytest
from kedro.pipeline import Pipeline, node

from tests.bindings import resolved


def scale(x):
    """Scale it."""
    return x


def predict(x):
    """Predict who leaves
    within 90 days.

    And more.
    """
    return x


def undescribed(x):
    return x


@pytest.mark.parametrize(
    ("function", "options", "description"),
    [
        (predict, {}, "Predict who leaves within 90 days."),
        (predict, {"description": "Gone"}, "Gone"),
        (undescribed, {}, None),
        (functools.partial(predict), {}, None),
    ],
)
def test_the_description_is_the_docstring_of_the_function_that_returns_the_predictions(function, options, description):
    nodes = [node(scale, "x", "scaled", name="scale"), node(function, "scaled", "y", name="predict")]
    assert resolved(Pipeline(nodes), log_model_kwargs=options).model.description == description
