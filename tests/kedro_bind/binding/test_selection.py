"""A selection chooses the nodes that Kedro's own `Pipeline.filter` chooses."""

from __future__ import annotations

import itertools

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import Selection
from kedro_bind.binding.selection import Selector


def same(data):
    return data


WHOLE = Pipeline(
    [
        node(same, "raw@text", "rows", name="read", tags=["prepare", "training"]),
        node(same, "rows", "prep.clean", name="clean", namespace="prep", tags=["training", "inference"]),
        node(same, "prep.clean", "prep.deep.kept", name="keep", namespace="prep.deep", tags="inference"),
        node(same, "prep.deep.kept", "model", name="fit", tags="training"),
        node(same, "model", "described@text", name="show"),
    ]
)
FILTERS = {
    "tags": ["training", "inference"],
    "node_names": ["read", "prep.clean"],
    "from_nodes": ["prep.clean"],
    "to_nodes": ["prep.deep.keep", "read"],
    "from_inputs": ["rows"],
    "to_outputs": ["model"],
    "node_namespaces": ["prep"],
}


@pytest.mark.parametrize("keys", [*itertools.combinations(FILTERS, 1), *itertools.combinations(FILTERS, 2)])
def test_filters_choose_what_kedro_chooses(keys):
    filters = {key: FILTERS[key] for key in keys}
    chosen, problems = Selector({"whole": WHOLE}).select(Selection.model_validate({"pipeline": "whole", **filters}))
    try:
        expected = WHOLE.filter(**filters).nodes
    except ValueError:  # nothing is left
        assert [problem.code for problem in problems] == ["empty-selection"]
    else:
        assert chosen is not None
        assert chosen.nodes == expected


def test_a_dataset_may_be_named_without_its_transcoding():
    selection = Selection(pipeline=("whole",), from_inputs=("raw",), to_outputs=("described",))
    chosen, _ = Selector({"whole": WHOLE}).select(selection)
    assert chosen is not None
    assert chosen.nodes == WHOLE.nodes


def test_a_namespace_may_be_named_with_one_inside_of_it():
    selection = Selection(pipeline=("whole",), node_namespaces=("prep", "prep.deep"))
    chosen, _ = Selector({"whole": WHOLE}).select(selection)
    assert chosen is not None
    assert [selected.name for selected in chosen.nodes] == ["prep.clean", "prep.deep.keep"]


def test_excluded_tags_count_beside_filters_and_alone():
    selector = Selector({"whole": WHOLE})
    alone, _ = selector.select(Selection(pipeline=("whole",), exclude_tags=("training",)))
    beside, _ = selector.select(Selection(pipeline=("whole",), tags=("inference",), exclude_tags=("training",)))
    assert alone is not None
    assert beside is not None
    assert [selected.name for selected in alone.nodes] == ["prep.deep.keep", "show"]
    assert [selected.name for selected in beside.nodes] == ["prep.deep.keep"]
