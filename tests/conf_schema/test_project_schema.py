from __future__ import annotations

import copy

import jsonschema
import pytest

from conf_schema import ProjectNames, json_schema, project_schema

NAMES = ProjectNames(
    pipelines=("__default__", "data_science"),
    tags=("training", "inference"),
    nodes=("fit",),
    namespaces=("serving",),
    datasets=("customers", "scaler"),
    parameters=("params:threshold", "threshold"),
)
DOCUMENT = {
    "churn": {
        "training": {
            "pipeline": ["data_science"],
            "tags": ["training"],
            "node_names": "fit",
            "from_nodes": ["fit"],
            "to_nodes": ["fit"],
            "from_inputs": "customers",
            "to_outputs": ["scaler"],
            "node_namespaces": ["serving"],
            "exclude_tags": "inference",
            "input_name": "customers",
        },
        "inference": {"pipeline": "data_science", "tags": "inference"},
        "input_name": "customers",
        "copy_mode": {"scaler": "copy"},
        "artifacts": {"scaler": "scaler"},
        "runner": "ThreadRunner",
        "model": {"name": "any", "metrics": ["scaler"], "predict_params": ["threshold"], "tags": {"any": "any"}},
    }
}
OTHER = {"any", "copy", "ThreadRunner"}


@pytest.fixture(scope="module")
def validator():
    schema = project_schema(NAMES)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def leaves(value, path=()):
    if isinstance(value, str):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(inner, (*path, key))


def with_value(path, value):
    document = copy.deepcopy(DOCUMENT)
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    before, parent[path[-1]] = parent[path[-1]], value
    return document, before


def test_the_names_of_the_project_are_valid(validator):
    validator.validate(DOCUMENT)


@pytest.mark.parametrize("path", list(leaves(DOCUMENT)), ids=lambda path: ".".join(map(str, path)))
def test_an_interpolation_is_valid_and_another_name_is_marked(path, validator):
    validator.validate(with_value(path, "${globals:name}")[0])
    document, before = with_value(path, "customer")
    if before not in OTHER:
        assert not validator.is_valid(document)


@pytest.mark.parametrize("key", ["copy_mode", "artifacts"])
def test_an_unknown_dataset_is_marked_as_a_key(key, validator):
    assert not validator.is_valid(with_value(("churn", key), {"scalr": DOCUMENT["churn"][key]["scaler"]})[0])


def test_a_kind_without_names_accepts_all():
    assert project_schema(ProjectNames()) == json_schema()
