"""The valid part of a binding."""

from __future__ import annotations

import pytest

from conf_schema.draft import draft
from conf_schema.explain import Wording
from conf_schema.models import Binding

WORDING = Wording(
    model=Binding, some="a binding", this="the binding '{name}'", renamed={"artefacts": (("artifacts",),)}
)
VALID = {"training": {"pipeline": "a"}, "inference": {"pipeline": "b"}, "input_name": "x"}


def drafted(value, unknown=()):
    found, findings = draft("churn", value, WORDING, unknown)
    return found, [(finding.code, finding.path[1:]) for finding in findings]


def test_a_valid_binding_has_no_bad_key():
    found, findings = drafted(VALID)
    assert (found.bad, findings) == (frozenset(), [])
    assert found.binding == Binding.model_validate(VALID)


@pytest.mark.parametrize(
    ("values", "bad", "code", "path"),
    [
        ({"input_name": 3}, {"input_name"}, "bad-value", ("input_name",)),
        ({"training": {"pipelin": "a"}}, {"training"}, "unknown-key", ("training", "pipelin")),
        ({"training": {"input_name": 3}}, {"training.input_name"}, "bad-value", ("training", "input_name")),
        ({"evaluation": {"metrics": 3}}, {"evaluation.metrics"}, "bad-value", ("evaluation", "metrics")),
        ({"model": {"description": 3, "verify": False}}, {"model.description"}, "bad-value", ("model", "description")),
        ({"model": {"aliases": ["a"]}}, {"model.registered_model_name"}, "bad-value", ("model", "aliases")),
        ({"model": {"alias": ["a"]}}, {"model.aliases"}, "unknown-key", ("model", "alias")),
        ({"runner": {"type": 3}}, {"runner"}, "bad-value", ("runner", "type")),
        ({"copy_mode": {"a": "shallow"}}, {"copy_mode"}, "bad-value", ("copy_mode", "a")),
        ({"artefacts": {}}, {"artifacts"}, "unknown-key", ("artefacts",)),
        ({"colour": "red"}, set(), "unknown-key", ("colour",)),
    ],
)
def test_a_bad_key_is_left_out_and_named(values, bad, code, path):
    found, findings = drafted({**VALID, **values})
    assert found.bad == bad
    assert findings == [(code, path)]
    if "model" in values and "verify" in values["model"]:
        assert found.binding.model.verify is False


def test_all_bad_keys_are_found_at_once():
    found, findings = drafted({**VALID, "input_name": 3, "runner": 4, "model": {"aliases": [""]}})
    assert found.bad == {"input_name", "runner", "model.aliases", "model.registered_model_name"}
    assert len(findings) == 4


def test_what_a_key_needs_beside_it_is_missing_even_if_its_own_value_is_invalid():
    found, findings = drafted({**VALID, "model": {"promote_if": "accuracy = champion", "tags": {"a": "b"}}})
    assert found.bad == {"model.promote_if", "model.registered_model_name", "model.aliases"}
    assert findings == [("bad-value", ("model", "promote_if"))] * 3
    assert found.binding.model.tags == {"a": "b"}


def test_a_key_with_an_unknown_value_may_be_absent_and_needs_nothing():
    found, findings = drafted({**VALID, "model": {"aliases": "?"}}, unknown=[("model", "aliases")])
    assert (found.bad, findings) == ({"model.aliases"}, [])


def test_a_missing_selection_is_bad():
    found, findings = drafted({"inference": {}, "input_name": "x"})
    assert found.bad == {"training"}
    assert findings == [("missing-key", ("training",))]


def test_what_is_unknown_is_bad_without_a_finding():
    value = {**VALID, "model": {"aliases": "${oops:}"}}
    found, findings = drafted(value, [("model", "aliases")])
    assert (found.bad, findings) == ({"model.aliases"}, [])
    assert value["model"] == {"aliases": "${oops:}"}


@pytest.mark.parametrize("value", [None, 3, "training", ["training"]])
def test_what_is_not_a_mapping_has_no_draft(value):
    found, findings = drafted(value)
    assert found is None
    assert findings == [("bad-value", ())]
