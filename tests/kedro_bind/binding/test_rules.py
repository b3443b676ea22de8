"""The rules one by one; the golden cases in `binding/` have their wording."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import Binding
from kedro_bind.binding.resolve import draft
from kedro_bind.binding.rules import BINDING_RULES

TRAINING = Pipeline([node(max, ["data", "params:depth"], "model", name="fit")])
INFERENCE = Pipeline([node(max, ["data", "model", "params:x"], "predictions", name="predict")])
SECOND = node(max, ["data", "model"], "more", name="explain")
VALID = {"training": {}, "inference": {}, "input_name": "data"}


def found(inference=INFERENCE, **keys):
    drafted = draft(Binding.model_validate({**VALID, **keys}), TRAINING, inference, name="churn")
    return [(finding.code, finding.path) for finding in drafted.findings]


def test_a_valid_binding_keeps_all_rules():
    assert found(copy_mode={"model": "copy"}, artifacts={"model": "model"}, model={"predict_params": ["x"]}) == []
    assert len(BINDING_RULES) == 8


@pytest.mark.parametrize(
    ("keys", "code", "path"),
    [
        ({"input_name": "dat"}, "bad-input-name", ("input_name",)),
        ({"input_name": "params:x"}, "bad-input-name", ("input_name",)),
        ({"input_name": "predictions"}, "bad-input-name", ("input_name",)),
        ({"artifacts": {"modl": "model"}}, "unknown-dataset", ("artifacts", "modl")),
        ({"artifacts": {"model": "modl"}}, "unknown-dataset", ("artifacts", "model")),
        ({"artifacts": {"params:x": "model"}}, "bad-value", ("artifacts", "params:x")),
        ({"artifacts": {"data": "model"}}, "bad-value", ("artifacts", "data")),
        ({"copy_mode": {"modl": "copy"}}, "unknown-dataset", ("copy_mode", "modl")),
        ({"training": {"input_name": "dat"}}, "unknown-dataset", ("training", "input_name")),
        ({"model": {"predict_params": ["y"]}}, "unknown-parameter", ("model", "predict_params", 0)),
    ],
)
def test_a_rule_that_is_broken_is_found_at_its_key(keys, code, path):
    assert found(**keys) == [(code, path)]


def test_the_inference_pipeline_has_one_output():
    assert found(INFERENCE + Pipeline([SECOND])) == [("many-outputs", ("inference",))]
    assert found(Pipeline([node(print, ["data", "model"], None, name="show")])) == [("no-output", ("inference",))]


def test_an_input_that_training_does_not_have_is_free():
    free = Pipeline([node(max, ["data", "words"], "predictions", name="predict")])
    assert found(free) == [("free-input", ("inference",))]
