"""Types that nodes declare for parameters."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.typed_parameters import typed_code, typed_parameter_problems
from kedro_bind.packaging.parameter_hints import hints_of
from tests.bindings import resolved

pytestmark = pytest.mark.needs(kedro="1.3")


@dataclass
class Cut:
    low: float


@dataclass
class Other:
    low: float


def local_type():
    @dataclass
    class Inner:
        low: float

    return Inner


Inner = local_type()


def fit(x: list, cut: Cut) -> list:
    return x


def predict(x: list, model: list, cut: Cut) -> list:
    return x


def predict_other(x: list, model: list, cut: Other) -> list:
    return x


def predict_inner(x: list, model: list, cut: Inner) -> list:
    return x


def found(function, value, key="cut"):
    training = Pipeline([node(fit, ["x", "params:cut"], "model", name="fit")])
    inference = Pipeline([node(function, ["x", "model", f"params:{key}"], "out", name="predict")])
    binding = resolved(inference, training=training, name="churn")
    catalog = DataCatalog()
    catalog["params:cut"] = value
    hints = hints_of(binding.training, binding.inference)
    problems = typed_parameter_problems(binding, catalog, hints)
    return [(problem.code, problem.path[1], problem.message) for problem in problems], list(typed_code(binding, hints))


def test_types_that_agree_are_fine():
    assert found(predict, {"low": 0.5}) == ([], [("the type of the parameter 'params:cut'", __name__)])


def test_types_that_differ_are_found():
    ((code, part, message),), _ = found(predict_other, {"low": 0.5})
    assert (code, part) == ("conflicting-types", "inference")
    assert "has the type Cut in node 'fit', and Other in node 'predict'" in message


def test_a_type_that_can_not_be_imported_is_found():
    problems, _ = found(predict_inner, {"low": 0.5}, key="inner")
    assert [(code, part) for code, part, _ in problems] == [("not-importable", "inference")]
    assert "local_type.<locals>.Inner of 'params:inner' (node 'predict')" in problems[0][2]


def test_a_value_that_a_type_rejects_is_found():
    ((code, part, message),), _ = found(predict, {"high": 0.5})
    assert (code, part) == ("rejected-parameter", "inference")
    assert "the parameter 'cut' is rejected by its type Cut" in message
