from __future__ import annotations

import datetime as dt
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kedro_bind.checks.parameter_typing import is_typed
from kedro_bind.packaging.signature import infer_parameters

SCALARS = st.none() | st.booleans() | st.integers(-10, 10) | st.floats(allow_nan=False) | st.text("ab", max_size=2)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=6,
)


def is_plausible(value):
    """Check that no list mixes scalars with lists or mappings: MLflow accepts some of those, by accident."""
    if isinstance(value, list):
        kinds = {isinstance(item, list | dict) for item in value if item is not None}
        return len(kinds) < 2 and all(map(is_plausible, value))
    return not isinstance(value, dict) or all(map(is_plausible, value.values()))


def mlflow_types(value):
    from mlflow.models import infer_signature

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            infer_signature(params={"it": value})
        except Exception:  # noqa: BLE001 - several types
            return False
    return True


@pytest.mark.needs(mlflow="3.17")  # which types a key that is null in some mappings of a list
@settings(deadline=None, max_examples=400)
@given(VALUES.filter(is_plausible).filter(lambda value: value != []))
@example({"a": [1.0, None]})
@example({"a": [None, 1]})
@example({"a": [{"x": 1}, {"x": None}]})
@example({"a": [[1], []]})
@example({"a": [None, [None]]})
def test_a_parameter_is_typed_if_mlflow_types_it(value):
    assert is_typed(value) == mlflow_types(value)


def test_an_empty_list_has_no_type_though_mlflow_takes_it_for_dates():
    assert mlflow_types([])
    assert not is_typed([])
    assert infer_parameters({"params:tags": []}, ["params:tags"]) == (None, ["params:tags"])


@pytest.mark.parametrize("value", [2**62, 2**63, -(2**63), -(2**63) - 1, 2**70, {"a": 2**63}, {"a": [2**70]}])
def test_a_large_number_is_typed_if_mlflow_types_it(value):
    assert is_typed(value) == mlflow_types(value)


@pytest.mark.parametrize("value", [dt.date(2026, 1, 1), [dt.date(2026, 1, 1)], b"x", (1, 2), {1: 2}])
def test_a_value_that_yaml_can_not_express_is_typed_if_mlflow_types_it(value):
    assert is_typed(value) == mlflow_types(value)
