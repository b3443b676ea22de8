"""The page about the document, key by key, from its JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from conf_schema.json_schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["document_reference"]

_INTRODUCTION = """\
# The document, key by key

Every key of `pipeline_ml.yml`, as `kedro bind schema` has them. [The document](../binding.md) explains them in context.
Any value may be an interpolation, `"${…}"`, instead. Unknown keys are [errors](../checks/unknown-key.md).
"""
_TITLES = {
    "Binding": ("A binding", ""),
    "TrainingSelection": ("Keys of `training`", "training."),
    "Selection": ("Keys of `inference`", "inference."),
    "RunnerSpec": ("Keys of `runner`", "runner."),
    "ModelOptions": ("Keys of `model`", "model."),
}
"""The heading of each type of the schema, and what its keys begin with; a type that is not here comes last."""
_INTERPOLATION = "Interpolation"


def document_reference() -> str:
    """Return the page, in Markdown."""
    types: dict[str, Any] = json_schema()["definitions"]
    names = [*_TITLES, *(name for name in types if name not in _TITLES)]
    return "\n".join([_INTRODUCTION, *("\n".join(_section(name, types[name])) for name in names if name in types)])


def _section(name: str, model: Mapping[str, Any]) -> Iterator[str]:
    title, prefix = _TITLES.get(name, (f"`{name}`", ""))
    yield f"## {title}\n"
    description = " ".join(model.get("description", "").split("\n\n")[0].split())
    if description:
        yield f"{description.rstrip('.')}.\n"
    for key, value in model.get("properties", {}).items():
        yield from _key(prefix, key, value, required=key in model.get("required", ()))


def _key(prefix: str, key: str, value: Mapping[str, Any], *, required: bool) -> Iterator[str]:
    yield f"### `{prefix}{key}`\n"
    yield f"{value.get('description', '').rstrip('.')}.\n"
    default = f"Default: `{_flow(value['default'])}`" if value.get("default") not in (None, {}) else "Optional"
    forms = dict.fromkeys(_form(form) for form in value["anyOf"] if form.get("title") != _INTERPOLATION)
    yield f"- Value: {', or '.join(forms)}"
    yield f"- {'Required' if required else default}\n"
    for example in value.get("examples", ()):
        yield f"```yaml\n{key}: {_flow(example)}\n```\n"


def _form(form: Mapping[str, Any]) -> str:
    """Describe a form that a value may have, in a few words."""
    if "$ref" in form:
        name = form["$ref"].rpartition("/")[2]
        return f"a mapping, see [{_TITLES.get(name, (name,))[0].lower()}](#{_anchor(name)})"
    if "anyOf" in form:
        return ", or ".join(dict.fromkeys(_form(part) for part in form["anyOf"] if part.get("title") != _INTERPOLATION))
    if "enum" in form or "const" in form:
        return ", ".join(f"`{_flow(word)}`" for word in form.get("enum", [form.get("const")]))
    if form.get("type") == "array":
        return f"a list, each {_form(form['items'])}"
    if isinstance(form.get("additionalProperties"), dict):
        return f"a mapping to {_form(form['additionalProperties'])}"
    words = {"string": "text", "integer": "an integer", "number": "a number", "boolean": "`true` or `false`"}
    kind = words.get(form.get("type", ""), "a mapping")
    return f"{kind}, at least {form['minimum']}" if "minimum" in form else kind


def _anchor(name: str) -> str:
    return _TITLES.get(name, (name, ""))[0].replace("`", "").lower().replace(" ", "-")


def _flow(value: Any) -> str:
    """Write a value as YAML in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")
