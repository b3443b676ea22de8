"""The JSON Schema of a document with the names of one project, so that editors complete them and mark others."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from conf_schema.json_schema import json_schema

__all__ = ["ProjectNames", "project_schema"]

_ANY_NAME: list[dict[str, Any]] = [{"minLength": 1, "type": "string"}, {"minLength": 1}]
"""How the schema describes a name: as a value, and as a key."""
_FILTERS = {
    "pipeline": "pipelines",
    "tags": "tags",
    "exclude_tags": "tags",
    "node_names": "nodes",
    "from_nodes": "nodes",
    "to_nodes": "nodes",
    "from_inputs": "datasets",
    "to_outputs": "datasets",
    "node_namespaces": "namespaces",
}
_KINDS = {
    "Selection": _FILTERS,
    "TrainingSelection": {**_FILTERS, "input_name": "datasets"},
    "Binding": {"input_name": "datasets", "artifacts": "datasets", "copy_mode": "datasets"},
    "ModelOptions": {"metrics": "datasets", "predict_params": "parameters"},
}
"""For each model, the keys whose values are names of the project, and the kind of these names."""


@dataclass(frozen=True)
class ProjectNames:
    """The names that a project's registered pipelines, and nodes in them, give to things."""

    pipelines: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


def project_schema(names: ProjectNames) -> dict[str, Any]:
    """Build the JSON Schema of `pipeline_ml.yml` in which only the names of a project are valid, or interpolations.

    Any name that it rejects, `kedro bind check` rejects too; the check knows better which names fit together. A kind
    without any names accepts all.
    """
    schema = json_schema()
    definitions: dict[str, Any] = schema["definitions"]
    for model, kinds in _KINDS.items():
        for key, kind in kinds.items():
            if getattr(names, kind):
                properties = definitions[model]["properties"]
                properties[key] = _with_names(properties[key], {"$ref": f"#/definitions/{kind}"})
                properties[key].pop("examples", None)  # which have names of another project
    for field in fields(names):
        if known := sorted(set(getattr(names, field.name))):
            definitions[field.name] = {"enum": known}
    return schema


def _with_names(schema: Any, names: dict[str, Any]) -> Any:
    """Replace every description of a name."""
    if schema in _ANY_NAME:
        return names
    if isinstance(schema, dict):
        return {key: _with_names(value, names) for key, value in schema.items()}
    return [_with_names(value, names) for value in schema] if isinstance(schema, list) else schema
