from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import conf_schema
from conf_schema import has_errors, json_schema, parse_source, schema_text, validate_document

CASES = Path(__file__).parents[1] / "golden" / "cases"


@pytest.fixture(scope="module")
def schema():
    return json_schema()


@pytest.fixture(scope="module")
def validator(schema):
    return jsonschema.Draft7Validator(schema)


def is_json(value):
    """Return whether all keys are strings: a schema is not about other documents."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(inner) for key, inner in value.items())
    return not isinstance(value, list) or all(map(is_json, value))


def corpus():
    """The golden documents that are readable, need no config loader, and could be JSON."""
    for path in sorted(CASES.rglob("pipeline_ml*.yml")) + sorted(CASES.glob("*/*.yml")):
        text = path.read_bytes().decode(errors="replace")
        source, findings = parse_source(text, path.name)
        readable = source.root is not None and "\ufffd" not in text
        if readable and "${" not in text and not has_errors(findings) and is_json(source.values):
            parts = path.relative_to(CASES).parts
            name = path.stem if len(parts) == 2 else f"{parts[1]}-{path.parent.name}"
            yield pytest.param(source, id=name)


@pytest.mark.parametrize("source", list(corpus()))
def test_the_schema_accepts_what_the_models_accept_and_no_more(source, validator):
    named = {name: value for name, value in source.values.items() if not name.startswith("_")}
    _, findings = validate_document(named)
    assert validator.is_valid(source.values) == (not findings), findings


def test_the_schema_is_a_valid_schema_and_plain_json(schema):
    jsonschema.Draft7Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


def test_the_shipped_file_is_up_to_date():
    shipped = Path(conf_schema.__file__).with_name("pipeline_ml.schema.json")
    assert shipped.read_text(encoding="utf-8") == schema_text()


def test_each_call_gives_a_schema_of_its_own(schema):
    json_schema()["definitions"].clear()
    assert json_schema() == schema


LEAST = {"training": {}, "inference": {}, "input_name": "customers"}
FULL = yaml.safe_load(
    (CASES / "clean" / "every_key.yml").read_text(encoding="utf-8"),
)


def places(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("path", list(places(FULL)), ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize("value", ["${globals:value}", "a_${globals:x}_b", "${runtime_params:n, 3}", "${_t.tags}"])
def test_an_interpolation_may_stand_for_any_value(path, value, validator):
    document = copy.deepcopy(FULL)
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    validator.validate(document)


@pytest.mark.parametrize("name", ["copy_mode", "training", "model"])
def test_a_string_that_is_not_an_interpolation_may_not(name, validator):
    assert not validator.is_valid({"churn": {**LEAST, name: "$globals:value"}})


@pytest.mark.parametrize("value", [None, 3, {"anything": ["goes"]}, "text"])
def test_templates_may_have_any_value(value, validator):
    validator.validate({"_template": value, "churn": LEAST})


@pytest.mark.parametrize(
    "document",
    [
        [],
        "churn",
        {"": LEAST},
        {"churn": None},
        {"churn": {**LEAST, "copymode": "assign"}},
        {"churn": {**LEAST, "training": {"tag": "x"}}},
        {"churn": {**LEAST, "training": {"tags": []}}},
        {"churn": {**LEAST, "training": {"tags": None}}},
        {"churn": {**LEAST, "training": {"tags": [""]}}},
        {"churn": {**LEAST, "copy_mode": {"x": "asign"}}},
        {"churn": {**LEAST, "artifacts": {"x": ""}}},
        {"churn": {**LEAST, "runner": ""}},
        {"churn": {**LEAST, "model": {"input_example": 0}}},
        {"churn": {**LEAST, "model": {"code_paths": []}}},
        {"churn": {**LEAST, "model": {"code_paths": "src"}}},
        {"churn": {**LEAST, "model": {"predict_params": "threshold"}}},
        {"churn": {**LEAST, "model": {"verify": "yes"}}},
        {"churn": {**LEAST, "model": {"artifact_path": "model"}}},
    ],
    ids=json.dumps,
)
def test_a_mistake_that_the_models_refuse_the_schema_refuses(document, validator):
    if isinstance(document, dict) and "" not in document:
        assert validate_document(document)[1]
    assert not validator.is_valid(document)


def test_an_editor_is_shown_a_description_of_every_key(schema):
    for name, model in schema["definitions"].items():
        for key, value in model.get("properties", {}).items():
            assert value.get("description"), (name, key)
            assert value.get("title"), (name, key)
