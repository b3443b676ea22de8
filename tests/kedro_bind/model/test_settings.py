"""How a model is logged, where the document leaves it open."""

from __future__ import annotations

import functools

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import ModelOptions
from kedro_bind.model.origin import Origin
from kedro_bind.model.settings import resolve_settings
from kedro_bind.pipeline_ml import Serving


def scale(x):
    """Scale it."""
    return x


def predict(x):
    """Tell who leaves
    within 90 days.

    And more.
    """
    return x


def undescribed(x):
    return x


@pytest.mark.parametrize(
    ("function", "options", "description"),
    [
        (predict, {}, "Tell who leaves within 90 days."),
        (predict, {"description": "Gone"}, "Gone"),
        (undescribed, {}, None),
        (functools.partial(predict), {}, None),
    ],
)
def test_the_description_is_the_docstring_of_the_function_that_gives_the_answer(
    function, options, description, tmp_path
):
    nodes = [node(scale, "x", "scaled", name="scale"), node(function, "scaled", "y", name="predict")]
    serving = Serving(Pipeline(nodes), "x", options=ModelOptions(**options))
    assert resolve_settings(serving, Origin(tmp_path, None, "local")).description == description
