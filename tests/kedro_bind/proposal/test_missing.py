"""What a project lacks before something in it can be bound."""

from __future__ import annotations

import yaml
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node, pipeline

from kedro_bind.proposal.candidates import candidates
from kedro_bind.proposal.missing import missing_entries, why_none
from kedro_bind.proposal.parts import parts_of
from tests.kedro_bind.proposal import projects

FIT = Pipeline([node(projects.fit, "customers", "model", name="fit")])


def reason(shape, training=None, inference=None, *, found=True):
    parts = parts_of(shape.pipelines)
    some = parts if found else []
    return why_none(parts, some, some, shape.catalog, training, inference)


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    text = reason(projects.tags(), training="trainin", found=False)
    assert text == (
        "there is no pipeline, tag or namespace 'trainin'; the project has data_science, inference, training"
    )


def test_a_project_without_nodes_has_nothing_to_bind():
    assert why_none([], [], [], None, None, None).startswith("the project registers no pipeline with a node")


def test_a_model_that_nothing_predicts_with_is_told_with_a_node_to_add():
    text = reason(projects.spaceflights(predicts=False))
    assert text.startswith(
        "no node predicts with 'regressor', which the node 'train_model' of the pipeline 'data_science' fits"
        "; evaluate_model can't, since it needs data that only training has."
    )
    assert 'node(predict, ["regressor", "features"], "predictions", name="predict", tags="inference")' in text
    assert "rows to test with, take those instead of 'features'" in text


def test_inside_a_namespace_the_node_is_told_without_it():
    models = {name: pipeline(FIT, namespace=name, inputs={"customers"}) for name in ("routing", "urgency")}
    text = reason(projects.shape_of(["routing.model", "urgency.model"], ["customers"], **models))
    assert 'node(predict, ["model", "features"], "predictions", name="predict", tags="inference")' in text
    assert "to the pipeline 'routing' beside 'routing.fit', whose namespace is put before the names, and run" in text
    assert "Nothing predicts with 'urgency.model' either." in text


def test_otherwise_the_rule_is_told():
    assert reason(projects.one_node()).startswith("no two parts of the project belong together")


def test_entries_are_written_for_what_the_catalog_does_not_keep():
    shape = projects.not_persisted()
    parts = parts_of(shape.pipelines)
    found = candidates(parts, parts)[:1]
    entries = yaml.safe_load(missing_entries(found, shape.catalog))
    assert DataCatalog.from_config(entries).exists("classifier") is False
    assert set(entries) == {"scaler", "classifier"}
    assert missing_entries(found, projects.tags().catalog) == ""
    assert missing_entries(found, None) == ""
