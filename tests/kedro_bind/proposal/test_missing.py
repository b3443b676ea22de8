"""What a project lacks before something in it can be bound."""

from __future__ import annotations

import ast
import textwrap

import pytest
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


def test_the_message_for_an_unknown_name_lists_the_known_ones():
    text = reason(projects.tags(), training="trainin", found=False)
    assert text == (
        "there is no pipeline, tag or namespace 'trainin'; the project has data_science, inference, training"
    )


def test_a_project_without_nodes_has_nothing_to_bind():
    assert why_none([], [], [], None, None, None).startswith("the project registers no pipeline with a node")


def test_the_message_for_a_model_that_nothing_predicts_with_has_a_node_to_add():
    text = reason(projects.spaceflights(predicts=False))
    assert text.startswith(
        "no node predicts with 'regressor', which the node 'train_model' of the pipeline 'data_science' fits"
        "; evaluate_model can't, since it needs data that only training has."
    )
    assert 'node(predict, ["regressor", "features"], "predictions", name="predict", tags="inference")' in text
    assert "rows to test with, take those instead of 'features'" in text


def test_the_node_to_add_inside_a_namespace_is_written_without_it():
    models = {name: pipeline(FIT, namespace=name, inputs={"customers"}) for name in ("routing", "urgency")}
    text = reason(projects.shape_of(["routing.model", "urgency.model"], ["customers"], **models))
    assert 'node(predict, ["model", "features"], "predictions", name="predict", tags="inference")' in text
    assert "to the pipeline 'routing' beside 'routing.fit', whose namespace is put before the names, and run" in text
    assert "Nothing predicts with 'urgency.model' either." in text


@pytest.mark.parametrize(
    ("name", "argument"),
    [("my-model", "my_model"), ("lambda", "model_lambda"), ("1", "model_1"), ("modèle²", "modèle_")],
)
def test_the_node_to_add_is_valid_python_whatever_the_dataset_is_called(name, argument):
    fit = Pipeline([node(projects.fit, "customers", name, name="fit")])
    text = reason(projects.shape_of([name], ["customers"], science=fit))
    code = textwrap.dedent("".join(line for line in text.splitlines(keepends=True) if line.startswith("    ")))
    function, call = ast.parse(code).body
    assert [given.arg for given in function.args.args] == [argument, "features"]
    assert f'["{name}", "features"]' in ast.get_source_segment(code, call)


@pytest.mark.parametrize("name", ["null", "on", "1", "a: b", "a # b", "# b", "2026-01-01"])
def test_entries_are_read_as_they_were_meant_whatever_the_dataset_is_called(name):
    both = Pipeline(
        [
            node(projects.fit, "customers", name, name="fit"),
            node(projects.predict, [name, "customers"], "out", name="predict"),
        ]
    )
    parts = parts_of({"training": both.only_nodes("fit"), "inference": both.only_nodes("predict")})
    entries = yaml.safe_load(missing_entries(candidates(parts, parts), DataCatalog()))
    assert entries == {name: {"type": "pickle.PickleDataset", "filepath": f"data/06_models/{name}.pkl"}}


def test_otherwise_the_message_states_the_rule():
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
