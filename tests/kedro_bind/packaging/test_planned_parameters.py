"""Parameters as a plan keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from kedro.io import DataCatalog
from pydantic import BaseModel, Field

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import ParameterType
from kedro_bind.model.typed_parameters import DeclaredType
from kedro_bind.packaging.parameter_hints import Hint
from kedro_bind.packaging.planned_parameters import plain, planned_parameters

pytestmark = pytest.mark.needs(kedro="1.3")


@dataclass
class Cut:
    low: float
    high: float = 1.0


class Model(BaseModel):
    depth: int = Field(3, alias="max_depth")
    name: str = "tree"


@dataclass
class Doubling:
    low: float

    def __post_init__(self):
        self.low = 2 * self.low


@dataclass
class Grown:
    low: float
    high: float = field(init=False)

    def __post_init__(self):
        self.high = self.low + 1


def planned(kind, value, *, pickled=False):
    catalog = DataCatalog.from_config({}, {})
    catalog["params:a"] = value
    hints = [] if kind is None else [Hint("a", DeclaredType(kind), "n")]
    return planned_parameters(["params:a"], catalog, hints, pickled=pickled)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (Cut, {"low": 0.5}, {"low": 0.5, "high": 1.0}),
        (Model, {"max_depth": 5}, {"max_depth": 5}),
        (Grown, {"low": 1.0}, {"low": 1.0}),
    ],
)
def test_an_object_is_kept_as_the_plain_value_that_makes_it(kind, value, kept):
    found = planned(kind, value)
    assert found.parameters == {"params:a": kept}
    assert found.types == {"a": ParameterType(type=f"{__name__}:{kind.__name__}")}


def test_a_value_without_a_type_is_kept_as_it_is():
    found = planned(None, {"low": 0.5})
    assert (found.parameters, found.types) == ({"params:a": {"low": 0.5}}, {})


def test_an_optional_parameter_may_be_null():
    catalog = DataCatalog.from_config({}, {})
    catalog["params:a"] = None
    found = planned_parameters(["params:a"], catalog, [Hint("a", DeclaredType(Cut, optional=True), "n")])
    assert found.parameters == {"params:a": None}
    assert found.types["a"].optional


def test_a_type_that_changes_its_own_fields_is_refused():
    with pytest.raises(LoggingError, match="its type Doubling makes a different object from the fields of this one"):
        planned(Doubling, {"low": 1.0})


def test_a_type_has_to_be_importable():
    @dataclass
    class Inner:
        low: float

    with pytest.raises(LoggingError, match=r"the type .*Inner of the parameter 'a' can't be imported by name"):
        planned(Inner, {"low": 1.0})
    found = planned(Inner, {"low": 1.0}, pickled=True)
    assert (found.parameters, found.types) == ({"params:a": Inner(1.0)}, {})


def test_a_rejected_value_is_an_error_of_the_parameters():
    with pytest.raises(
        LoggingError, match=r"rejected by its type Cut.*; change the value in parameters.yml, or the type"
    ):
        planned(Cut, {"high": 0.5})


def test_plain_values_stand_in_for_objects():
    assert plain({"cut": Cut(0.5), "more": [1]}) == {"cut": {"low": 0.5, "high": 1.0}, "more": [1]}
    assert plain(3) == 3
