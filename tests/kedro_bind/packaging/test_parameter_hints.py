"""Types that nodes declare for parameters, and values with them in force."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from kedro_bind.model.typed_parameters import DeclaredType, RejectedParameter
from kedro_bind.packaging.parameter_hints import Hint, hints_of, in_force, loadable, value_in_force

pytestmark = pytest.mark.needs(kedro="1.3")


@dataclass
class Cut:
    low: float
    high: float = 1.0


@dataclass
class Other:
    low: float


def cut(data: list, bounds: Cut) -> list:
    return [value for value in data if bounds.low <= value <= bounds.high]


def maybe_cut(data: list, bounds: Cut | None, depth: int) -> list:
    return data


def other_cut(data: list, bounds: Other) -> list:
    return data


TYPES = {"cut": DeclaredType(Cut)}


def test_hints_are_those_of_all_nodes_once():
    first = Pipeline([node(cut, ["x", "params:cut"], "y", name="cut")])
    second = Pipeline([node(maybe_cut, ["y", "params:model.cut", "params:depth"], "z", name="maybe")])
    assert hints_of(first, second, first, None) == [
        Hint("cut", DeclaredType(Cut), "cut"),
        Hint("model.cut", DeclaredType(Cut, optional=True), "maybe"),
    ]


def test_the_last_of_two_hints_applies():
    steps = [
        node(cut, ["x", "params:cut"], "y", name="cut"),
        node(other_cut, ["y", "params:cut"], "z", name="other"),
    ]
    assert in_force(hints_of(Pipeline(steps))) == {"cut": DeclaredType(Other)}


def test_a_value_has_its_type():
    catalog = DataCatalog.from_config({}, {})
    catalog["params:cut"] = {"low": 0.5}
    assert value_in_force("params:cut", catalog, TYPES) == Cut(0.5)
    assert value_in_force("params:cut", catalog, {}) == {"low": 0.5}


def test_a_field_of_a_typed_parameter_is_the_object_s():
    catalog = DataCatalog.from_config({}, {})
    catalog["params:cut"] = {"low": 0.5}
    catalog["params:cut.low"] = 0.4
    assert value_in_force("params:cut.high", catalog, TYPES) == 1.0
    assert value_in_force("params:cut.low", catalog, TYPES) == 0.5
    assert loadable("params:cut.high", catalog, TYPES)
    assert not loadable("params:cut.high", catalog, {})
    assert not loadable("params:gone", catalog, TYPES)


def test_a_value_that_its_type_rejects_is_named():
    catalog = DataCatalog.from_config({}, {})
    catalog["params:cut"] = {"high": 0.5}
    with pytest.raises(RejectedParameter, match="the parameter 'cut' is rejected by its type Cut"):
        value_in_force("params:cut", catalog, TYPES)
