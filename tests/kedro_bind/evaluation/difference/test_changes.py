"""Values of two models, as they are compared and shown."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kedro_bind.evaluation.difference.changes import Change, changes_between, flattened, shown


def changes(before, after):
    return list(changes_between("parameters", before, after))


def test_keys_are_compared_one_by_one():
    assert changes({"a": 1, "b": 2, "c": 3}, {"d": 4, "c": 5, "a": 1}) == [
        Change("parameters", "b", "removed", before="2"),
        Change("parameters", "c", "changed", "3", "5"),
        Change("parameters", "d", "added", after="4"),
    ]


@pytest.mark.parametrize(
    "value", [1, "a", None, [1, [2]], math.nan, np.array([1.0, np.nan]), np.array(["a"]), np.int64(3)]
)
def test_a_value_is_like_itself(value):
    assert changes({"a": value}, {"a": value}) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, 1.0), (1, True), (None, ""), (np.array([1, 2]), np.array([1, 3])), (np.array([1]), np.array([[1]]))],
)
def test_values_of_other_types_and_shapes_differ(before, after):
    assert [change.kind for change in changes({"a": before}, {"a": after})] == ["changed"]


def test_nested_mappings_are_flattened():
    assert flattened({"a": {"b": 1, "c": {}}, "d": [{"e": 1}], 3: None}) == {
        "a.b": 1,
        "a.c": {},
        "d": [{"e": 1}],
        "3": None,
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("text", "text"),
        (1.5, "1.5"),
        (None, "None"),
        (np.float64(1.5), "1.5"),
        (np.array([1, 2]), "[1, 2]"),
        (np.zeros((3, 3)), "array of shape (3, 3)"),
        ("x" * 200, "x" * 120 + "…"),
    ],
)
def test_a_value_is_shown_in_one_line(value, text):
    assert shown(value) == text
