"""The JSON Schema of a document, for editors."""

from __future__ import annotations

import json
from typing import Any

from conf_schema.models import Document

__all__ = ["DIALECT", "json_schema", "schema_text"]

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest dialect that all editors read, and the one that SchemaStore asks for."""

_INTERPOLATION = {
    "type": "string",
    "pattern": r"\$\{.+\}",
    "title": "Interpolation",
    "description": "A value that Kedro's config loader resolves.",
}
_HIDDEN = {"title": "Template", "description": "Ignored by kedro_bind: YAML anchors and templates."}


def schema_text(schema: dict[str, Any] | None = None) -> str:
    """Return a schema as text, by default the content of `pipeline_ml.schema.json`, which lies beside this module.

    After a change of the models, update it with `kedro bind schema --output=conf_schema/pipeline_ml.schema.json`.
    """
    return json.dumps(schema or json_schema(), indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """Build the JSON Schema of `pipeline_ml.yml`.

    Every value may be a string with an interpolation (`${globals:…}`) instead; a top-level key that starts with `_`
    may have any value.
    """
    schema = Document.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = {name: _in_dialect(_admit(model)) for name, model in schema.pop("$defs", {}).items()}
    return {
        "$schema": DIALECT,
        "title": "pipeline_ml.yml",
        "description": "The bound pipelines of a Kedro project: the nodes that train, and the nodes that predict.",
        "type": "object",
        "patternProperties": {"^_": _HIDDEN, "^[^_]": _or_interpolation({"$ref": "#/definitions/Binding"})},
        "additionalProperties": False,
        "definitions": definitions,
    }


def _in_dialect(model: dict[str, Any]) -> dict[str, Any]:
    """Write what later dialects have other keywords for; without a text of its own, a key's description is shown."""
    kept = {key: value for key, value in model.items() if key not in {"title", "description"}}
    return {"dependencies" if key == "dependentRequired" else key: value for key, value in kept.items()}


def _admit(model: dict[str, Any]) -> dict[str, Any]:
    """Allow interpolations as the values of a model's properties."""
    properties = {name: _admit_value(name, value) for name, value in model.get("properties", {}).items()}
    return {**model, "properties": properties} if properties else model


def _admit_value(name: str, value: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {key: value[key] for key in ("title", "description", "examples", "default") if key in value}
    if about.get("default", 0) is None:
        del about["default"]
    about.setdefault("title", name.replace("_", " ").capitalize())
    bare = {key: value[key] for key in value if key not in {"title", "description", "examples", "default"}}
    forms = [_admit_nested(form) for form in bare.get("anyOf", bare.get("oneOf", [bare])) if form != {"type": "null"}]
    return {**about, "anyOf": [*forms, _INTERPOLATION]}


def _admit_nested(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("type") == "array" and "items" in value:
        return {**value, "items": _or_interpolation(value["items"])}
    if value.get("type") == "object" and isinstance(value.get("additionalProperties"), dict):
        return {**value, "additionalProperties": _or_interpolation(value["additionalProperties"])}
    return value


def _or_interpolation(value: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [value, _INTERPOLATION]}
