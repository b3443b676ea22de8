"""Names by which functions can be imported elsewhere."""

from __future__ import annotations

import json
from functools import partial, wraps

import numpy as np
import pytest

from kedro_bind.packaging.references import function_reference


class Kept:
    @staticmethod
    def double(x):
        return 2 * x


def replaced(x):
    return x


first = replaced


def replaced(x):
    return -x


@wraps(json.dumps)
def posing(x):
    return x


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (json.dumps, "json:dumps"),
        (Kept, f"{__name__}:Kept"),
        (Kept.double, f"{__name__}:Kept.double"),
        (len, "builtins:len"),
        (np.mean, "numpy:mean"),
        (json.JSONDecoder().decode, None),
        (lambda x: x, None),
        (partial(json.dumps, indent=1), None),
        (first, None),
        (posing, None),
    ],
)
def test_a_name_has_to_lead_to_the_function_itself(function, name):
    assert function_reference(function) == name


def test_a_function_of_the_main_module_is_not_importable():
    def found(x):
        return x

    found.__module__, found.__qualname__ = "__main__", "found"
    assert function_reference(found) is None
    found.__module__ = "gone"
    assert function_reference(found) is None
