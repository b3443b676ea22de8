"""The JSON Schema of a document, for editors."""

from __future__ import annotations

import json
from typing import Any

from conf_schema.models import Document

__all__ = ["SCHEMA_ID", "json_schema", "schema_text"]

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"

_INTERPOLATION = {
    "type": "string",
    "pattern": r"\$\{.+\}",
    "title": "Interpolation",
    "description": "A value that Kedro's config loader resolves.",
}
_HIDDEN = {"title": "Template", "description": "Ignored by kedro_bind: YAML anchors and templates."}


def schema_text() -> str:
    """Give the JSON Schema as the content of `pipeline_ml.schema.json`, which lies beside this module.

    After a change of the models, `kedro bind schema --output=conf_schema/pipeline_ml.schema.json` writes it anew.
    """
    return json.dumps(json_schema(), indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """Build the JSON Schema of `pipeline_ml.yml`.

    Wherever a value may stand, so may a string with an interpolation (`${globals:…}`); a top-level key
    that starts with `_` may hold anything.
    """
    schema = Document.model_json_schema(by_alias=True)
    definitions = {name: _admit(each) for name, each in schema.pop("$defs", {}).items()}
    return {
        "$schema": SCHEMA_ID,
        "title": "pipeline_ml.yml",
        "description": "Bound pipelines of a Kedro project: what is trained, and what predicts with it.",
        "type": "object",
        "patternProperties": {"^_": _HIDDEN, "^[^_]": _or_interpolation({"$ref": "#/$defs/Binding"})},
        "additionalProperties": False,
        "$defs": definitions,
    }


def _admit(model: dict[str, Any]) -> dict[str, Any]:
    """Let interpolations stand for the values of a model's properties."""
    properties = {name: _admit_value(name, each) for name, each in model.get("properties", {}).items()}
    return {**model, "properties": properties} if properties else model


def _admit_value(name: str, value: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {key: value[key] for key in ("title", "description", "examples", "default") if key in value}
    if about.get("default", 0) is None:
        del about["default"]
    about.setdefault("title", name.replace("_", " ").capitalize())
    bare = {key: each for key, each in value.items() if key not in {"title", "description", "examples", "default"}}
    forms = [_admit_nested(each) for each in bare.get("anyOf", bare.get("oneOf", [bare])) if each != {"type": "null"}]
    return {**about, "anyOf": [*forms, _INTERPOLATION]}


def _admit_nested(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("type") == "array" and "items" in value:
        return {**value, "items": _or_interpolation(value["items"])}
    if value.get("type") == "object" and isinstance(value.get("additionalProperties"), dict):
        return {**value, "additionalProperties": _or_interpolation(value["additionalProperties"])}
    return value


def _or_interpolation(value: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [value, _INTERPOLATION]}
