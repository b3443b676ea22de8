"""Pairs of parts that can be bound."""

from __future__ import annotations

from kedro.pipeline import Pipeline, node

from kedro_bind.proposal.candidates import candidates, exclusive
from kedro_bind.proposal.parts import ProjectPart


def part(name, *nodes):
    return ProjectPart(name, Pipeline(nodes))


FIT = node(max, ["customers", "params:depth"], "model", name="fit")
PREDICT = node(max, ["customers", "model"], "scores", name="predict")


def bindings(training, inference):
    return [candidate.binding for candidate in candidates([training], [inference])]


def test_training_and_inference_share_what_is_fitted():
    (found,) = candidates([part("training", FIT)], [part("scoring", PREDICT)])
    assert found.binding == {
        "training": {"pipeline": "training"},
        "inference": {"pipeline": "scoring"},
        "input_name": "customers",
    }
    assert (found.fitted, found.is_named, found.is_final) == ({"model"}, True, True)


def test_names_may_differ_in_their_namespace():
    predict = node(max, ["live.customers", "live.model"], "live.scores", name="predict")
    assert bindings(part("training", FIT), part("scoring", predict)) == [
        {
            "training": {"pipeline": "training", "input_name": "customers"},
            "inference": {"pipeline": "scoring"},
            "input_name": "live.customers",
            "artifacts": {"live.model": "model"},
        }
    ]


def test_each_input_that_training_has_may_be_the_caller_s():
    fit = node(max, ["customers", "stores"], "model", name="fit")
    predict = node(max, ["customers", "stores", "model"], "scores", name="predict")
    found = bindings(part("training", fit), part("scoring", predict))
    assert sorted(binding["input_name"] for binding in found) == ["customers", "stores"]


def test_where_training_makes_every_input_any_of_them_may_be_the_caller_s():
    split = node(max, "table", ["X_train", "X_test"], name="split")
    fit = node(max, "X_train", "model", name="fit")
    predict = node(max, ["X_test", "model"], "scores", name="predict")
    found = candidates([part("training", split, fit)], [part("scoring", predict)])
    assert {candidate.input_name: candidate.fitted for candidate in found} == {"X_test": {"model"}, "model": {"X_test"}}
    assert all(candidate.is_input_made for candidate in found)


def test_what_does_not_belong_together_is_not_bound():
    unrelated = node(max, ["customers", "words"], "counts", name="count")
    outputs = node(max, ["customers", "model"], ["a", "b"], name="split")
    for nodes in ([unrelated], [outputs], [FIT, PREDICT]):
        assert bindings(part("training", FIT), part("scoring", *nodes)) == []


def test_the_likeliest_comes_first():
    explain = node(max, ["customers", "model"], "reasons", name="explain")
    report = node(len, "scores", "report", name="report")
    parts = [part("explaining", explain), part("scoring", PREDICT), part("reporting", report)]
    found = candidates([part("training", FIT)], parts)
    assert [candidate.inference.pipeline for candidate in found] == ["scoring", "explaining"]
    assert [candidate.is_final for candidate in found] == [False, True]


def test_candidates_with_the_same_artifacts_are_one_model():
    explain = node(max, ["customers", "model"], "reasons", name="explain")
    fit_value = node(max, ["customers"], "value", name="fit_value")
    predict_value = node(max, ["customers", "value"], "amounts", name="predict_value")
    trainings = [part("training", FIT), part("value", fit_value)]
    found = candidates(
        trainings, [part("scoring", PREDICT), part("explaining", explain), part("values", predict_value)]
    )
    groups = [{candidate.inference.pipeline for candidate in group} for group in exclusive(found)]
    assert groups == [{"scoring", "explaining"}, {"values"}]
    assert exclusive([]) == []
