"""The parts of a project that a binding can select."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node, pipeline

from kedro_bind import pipeline_ml_factory
from kedro_bind.proposal.parts import ProjectPart, is_bound, parts_of
from tests.kedro_bind.proposal import projects

FIT = node(max, ["x@pandas", "params:depth"], "model", name="fit", tags="training")
PREDICT = node(max, ["x@spark", "model"], "out", name="predict", tags=["serving", "daily"])


def described(pipelines):
    return [str(part) for part in parts_of(pipelines)]


def test_nodes_are_selected_by_pipeline_and_by_tag():
    assert described({"science": Pipeline([FIT, PREDICT])}) == [
        "science",
        "science (tags daily)",
        "science (tags training)",
    ]


def test_the_same_nodes_count_once():
    both = Pipeline([FIT, PREDICT])
    assert described({"__default__": both, "science": both, "fit": Pipeline([FIT])})[:2] == ["fit", "science"]
    assert not any("__default__" in part for part in described({"__default__": both, "science": both}))


def test_namespaces_are_selected_with_their_tags():
    models = [
        pipeline([FIT, PREDICT], namespace=name, inputs={"x@spark", "x@pandas"}, parameters={"params:depth"})
        for name in ("a", "b")
    ]
    found = described({"models": models[0] + models[1]})
    assert "models (node_namespaces a)" in found
    assert "models (node_namespaces b, tags training)" in found


def test_nodes_without_a_tag_are_selected_by_leaving_it_out():
    plain = node(max, ["x@spark", "model"], "out", name="predict")
    assert "science (exclude_tags training)" in described({"science": Pipeline([FIT, plain])})


def test_a_bound_pipeline_is_no_part():
    bound = pipeline_ml_factory(Pipeline([FIT]), Pipeline([PREDICT]), "x@spark")
    assert is_bound(bound)
    assert not is_bound(Pipeline([FIT]))
    assert described({"churn": bound, "fit": Pipeline([FIT])}) == ["fit"]
    assert described({}) == []


def test_what_is_known_of_a_part():
    part = ProjectPart("data_science", Pipeline([FIT, PREDICT]), {"tags": "serving-daily", "exclude_tags": "slow"})
    assert (part.names, part.inputs, part.made) == ({"fit", "predict"}, {"x@spark", "x@pandas"}, {"model", "out"})
    assert part.datasets == {"x", "model", "out"}
    assert part.words == {"data", "science", "serving", "daily"}
    assert part.selection == {"pipeline": "data_science", "tags": "serving-daily", "exclude_tags": "slow"}


@pytest.mark.parametrize("shape", [projects.tags, projects.namespaces, projects.large])
def test_each_selection_selects_its_nodes(shape):
    made = shape()
    for part in parts_of(made.pipelines):
        selected = made.pipelines[part.pipeline]
        for key, value in part.filters.items():
            if key == "exclude_tags":
                selected = Pipeline([other for other in selected.nodes if value not in other.tags])
            else:
                selected = selected.filter(**{key: [value]})
        assert {other.name for other in selected.nodes} == part.names
