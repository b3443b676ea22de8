"""The validators that a catalog declares, for a plan."""

from __future__ import annotations

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import ValidatorPlan
from kedro_bind.packaging.declared_validators import (
    declared_validators,
    has_credentials,
    incoming,
    sources_of,
    spec_of,
    validates_input,
)
from tests.bindings import resolved

pytestmark = pytest.mark.needs(kedro="1.7")

TRAINING = Pipeline([node(max, ["raw"], "fitted", name="fit")])
INFERENCE = Pipeline([node(max, ["x", "model"], "scaled", name="scale"), node(max, ["scaled"], "out", name="predict")])
VALIDATOR = f"{__name__}.doubled"


def doubled(data):
    return data * 2


def bound(**options):
    return resolved(
        INFERENCE,
        training=TRAINING,
        training_input_name="raw",
        artifacts={"model": "fitted"},
        log_model_kwargs=options,
    )


def catalog(tmp_path="data", **validators):
    return DataCatalog.from_config(
        {
            name: {"type": "pickle.PickleDataset", "filepath": f"{tmp_path}/{name}.pkl", "validator": validator}
            for name, validator in validators.items()
        }
    )


def test_a_dataset_has_the_modes_that_a_run_uses():
    found = declared_validators(bound(), catalog(x=VALIDATOR, scaled=VALIDATOR, out=VALIDATOR, raw=VALIDATOR))
    assert {name: plan.modes for name, plan in found.items()} == {
        "x": ["load"],
        "scaled": ["load", "save"],
        "out": ["save"],
    }
    assert found["x"] == ValidatorPlan(type=VALIDATOR, modes=["load"])


def test_what_was_validated_when_it_was_saved_need_not_be_again():
    (plan,) = declared_validators(bound(), catalog(scaled={"class": VALIDATOR, "skip_load_after_save": True})).values()
    assert plan.modes == ["save"]


def test_a_dataset_with_another_name_in_training_has_the_validator_of_that():
    assert sources_of(bound()) == {"model": "fitted", "x": "raw"}
    found = declared_validators(bound(), catalog(raw=VALIDATOR, fitted=VALIDATOR))
    assert set(found) == {"x", "model"}


def test_validators_may_be_switched_off(monkeypatch):
    declared = catalog(x=VALIDATOR)
    assert declared_validators(bound(validators=False), declared) == {}
    assert not validates_input(bound(validators=False), declared)
    assert spec_of("x", declared) is not None
    monkeypatch.setenv("KEDRO_DATASET_VALIDATION", "0")
    assert spec_of("x", declared) is None
    assert declared_validators(bound(), declared) == {}


def test_the_input_is_loaded_as_a_caller_sends_it(tmp_path):
    rows = pd.DataFrame({"a": [1, 2]})
    declared = catalog(tmp_path, raw=VALIDATOR)
    declared.get("raw").save(rows)
    assert validates_input(bound(), declared)
    assert incoming(bound(), declared)["a"].tolist() == [1, 2]
    assert incoming(bound(validators=False), declared)["a"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, False), ({"a": {"credentials": "db"}}, True), ({"credentials": {}}, True), ({"a": ["credentials"]}, False)],
)
def test_credentials_are_found_at_any_depth(options, expected):
    assert has_credentials(options) is expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"service": {"password": "hunter2hunter2"}},
            "the validator of 'x' uses credentials, which a model can't have",
        ),
        ({"limits": (1, 2)}, "can't keep the options of the validator of 'x'"),
    ],
)
def test_options_have_to_fit_into_a_plan(options, message):
    with pytest.raises(LoggingError, match=message) as raised:
        declared_validators(bound(), catalog(x={"class": VALIDATOR, "options": options}))
    assert "hunter2" not in str(raised.value)
