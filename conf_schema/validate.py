"""Values to a document: pydantic's errors as findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from conf_schema.diagnostics import Diagnostic, KeyPath, did_you_mean
from conf_schema.models import Binding, Document, ModelOptions, RunnerSpec, Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

__all__ = ["validate_binding", "validate_document"]

_MODELS: dict[str, type[BaseModel]] = {
    "training": Selection,
    "inference": Selection,
    "runner": RunnerSpec,
    "model": ModelOptions,
}
_EXPECTED = {
    "string_type": "a string",
    "int_type": "a whole number",
    "greater_than_equal": "a number from {ge}",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "tuple_type": "a list of names or one name",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_too_short": "a string that is not empty",
    "too_short": "a list that is not empty",
}
_FORMS: dict[KeyPath, str] = {
    ("runner",): "the name of a runner, or a mapping with its 'type' and arguments",
    ("copy_mode",): "'assign', 'copy', 'deepcopy', or a mapping of datasets to these",
    ("model", "input_example"): "'auto', 'none', or a number of rows from 1",
    ("model", "code_paths"): "'auto', 'none', or a list of paths",
    ("model", "predict_params"): "'all', 'none', or a list of parameters",
    ("model", "conda_env"): "a file's path or a mapping",
    ("model", "promote_if"): "a condition such as 'accuracy >= champion', or a list of them",
}
"""What a key takes that has more than one form."""
_REMEDIES: dict[KeyPath, str] = {
    (): "give it the keys 'training', 'inference' and 'input_name'",
    ("training",): "write '{{pipeline: {value}}}'",
    ("inference",): "write '{{pipeline: {value}}}'",
    ("model", "code_paths"): "write '[{value}]'",
    ("model", "predict_params"): "write '[{value}]'",
}
"""How to mend a value that is given as if it were the only one."""


def validate_document(values: Mapping[Any, Any]) -> tuple[Document, list[Diagnostic]]:
    """Give the bindings that hold, and a finding for everything that is wrong with the others.

    A name that is empty or no string is passed over: it is a finding of `parse_source`.
    """
    bindings: dict[str, Binding] = {}
    findings: list[Diagnostic] = []
    for name, value in values.items():
        if not isinstance(name, str) or not name:
            continue
        binding, problems = validate_binding(name, value)
        findings += problems
        if binding is not None:
            bindings[name] = binding
    return Document(bindings), findings


def validate_binding(name: str, value: Any) -> tuple[Binding | None, list[Diagnostic]]:
    """Give one binding, or the findings that keep it from being one."""
    try:
        return Binding.model_validate(value), []
    except ValidationError as error:
        return None, [_finding(name, value, details) for details in error.errors(include_url=False)]


def _finding(name: str, value: Any, details: ErrorDetails) -> Diagnostic:
    path = _path(value, details)
    where: KeyPath = (name, *path)
    key = str(path[-1]) if path else name
    kind = details["type"]
    if kind == "extra_forbidden":
        known = _keys(path[:-1])
        return Diagnostic(
            "unknown-key",
            f"there is no key '{key}' {_in(path[:-1])}",
            did_you_mean(key, known) or f"the keys are {_list(known)}",
            path=where,
            on_key=True,
        )
    if kind == "missing":
        return Diagnostic(
            "missing-key",
            f"the key '{key}' is missing {_in(path[:-1], name)}",
            _MISSING.get(key, ""),
            path=where,
        )
    if kind == "invalid_key" or details["loc"][-1:] == ("[key]",):
        return _bad_key(name, path)
    context = details.get("ctx", {})
    if kind == "conflict":
        at = (*where, context["key"]) if context["key"] else where
        return Diagnostic("bad-value", context["message"], context["hint"], path=at)
    given = details["input"]
    words = _literals(context["expected"]) if kind == "literal_error" else []
    expected = _FORMS.get(path) or (_list(words, "or") if words else _EXPECTED.get(kind, "").format(**context))
    return Diagnostic(
        "bad-value",
        f"'{_label(path) or name}' is {_shown(given)}; it must be {expected or details['msg']}",
        (did_you_mean(str(given), words) if words else "") or _remedy(path, given),
        path=where,
    )


def _bad_key(name: str, path: KeyPath) -> Diagnostic:
    key = path[-1] if path else ""
    what = "empty" if key == "" else _shown(key)
    return Diagnostic(
        "bad-value",
        f"a key {_in(path[:-1], name)} is {what}; it must be a string",
        "give it a name" if key in ("", None) else f"put it in quotes: '{key}'",
        path=(name, *path),
        on_key=True,
    )


def _remedy(path: KeyPath, given: Any) -> str:
    if not path:
        return _REMEDIES[()]
    if given is None and not (len(path) == 1 and path[0] in _MISSING):
        return "give it a value, or leave the key out"
    shape = _REMEDIES.get(path, "")
    return shape.format(value=_cut(given)) if isinstance(given, str) and given else ""


_MOST_SHOWN = 40
_MISSING = {
    "training": "say which nodes train: 'training: {pipeline: …, tags: …}'",
    "inference": "say which nodes predict: 'inference: {pipeline: …, tags: …}'",
    "input_name": "name the inference input that a caller supplies: 'input_name: …'",
}


def _path(value: Any, details: ErrorDetails) -> KeyPath:
    """Leave out of pydantic's location what is no key of the document.

    Those are the tags of unions, the mark of a mapping's key, and the index into a string that stands for a
    list of one. A missing key is the one step that need not exist.
    """
    path: list[str | int] = []
    *steps, final = details["loc"] or (None,)
    for step in steps:
        if _has(value, step):
            value = value[step]
            path.append(step)
    if final is not None and (_has(value, final) or details["type"] == "missing"):
        path.append(final)
    return tuple(path)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _keys(parent: KeyPath) -> list[str]:
    model = _MODELS.get(str(parent[0]), Binding) if parent else Binding
    return list(model.model_fields)


def _in(parent: KeyPath, name: str = "") -> str:
    if parent:
        return f"in '{_label(parent)}'"
    return f"in the binding '{name}'" if name else "in a binding"


def _label(path: KeyPath) -> str:
    return ".".join(str(step) for step in path if isinstance(step, str))


def _shown(value: Any) -> str:
    """Show a value in few characters, a long one cut."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "an empty list" if not value else "a list"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return f"'{_cut(value)}'"


def _cut(value: Any) -> str:
    text = str(value)
    return f"{text[:_MOST_SHOWN]}…" if len(text) > _MOST_SHOWN else text


def _literals(expected: str) -> list[str]:
    return [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]


def _list(words: list[str], last: str = "and") -> str:
    quoted = [f"'{word}'" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
