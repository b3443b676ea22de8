"""Pydantic's errors as findings, in the words of the document."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from conf_schema.diagnostics import Diagnostic, KeyPath, did_you_mean
from conf_schema.values import EACH, ONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["Wording", "explain", "meant"]

_EXPECTED = {
    "string_type": "a string",
    "int_type": "an integer",
    "greater_than_equal": "at least {ge}",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "tuple_type": "a list of names or one name",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_too_short": "a non-empty string",
    "too_short": "a non-empty list",
}
_MOST_SHOWN = 40


@dataclass(frozen=True)
class Wording:
    """The words of findings about values that `model` rejects.

    `some` and `this` name the value as a whole. `forms` describes the values of keys that take more than one form,
    `remedies` how to fix a value of another form, `missing` what to do about a missing key. `renamed` maps names that
    keys have elsewhere, and keys that are not fields, to their paths here.
    """

    model: type[BaseModel]
    some: str
    this: str
    forms: Mapping[KeyPath, str] = field(default_factory=dict)
    remedies: Mapping[KeyPath, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, tuple[KeyPath, ...]] = field(default_factory=dict)

    def keys(self, parent: KeyPath) -> list[str]:
        """Return the keys that the mapping at a path may have."""
        model = self.model
        for step in parent:
            known = model.model_fields.get(str(step))
            model = next(_models_in(known.annotation), model) if known else model
        return list(model.model_fields)

    @cached_property
    def places(self) -> dict[str, list[KeyPath]]:
        """The paths of each key."""
        found: dict[str, list[KeyPath]] = {}
        for key, known in self.model.model_fields.items():
            found.setdefault(key, []).append((key,))
            for model in _models_in(known.annotation):
                for inner in model.model_fields:
                    found.setdefault(inner, []).append((key, inner))
        return found

    def within(self, parent: KeyPath, name: str | None = None) -> str:
        """Return where a key is, such as `in 'model'`; at the top, in the value called `name`."""
        if parent:
            return f"in '{_label(parent)}'"
        return f"in {self.some if name is None else self.this.format(name=name)}"


def explain(error: ValidationError, value: Any, wording: Wording, name: str, top: KeyPath = ()) -> list[Diagnostic]:
    """Return the findings for the errors about the value `name`, whose own path is `top`."""
    return [_finding(value, details, wording, name, top) for details in error.errors(include_url=False)]


def _finding(value: Any, details: ErrorDetails, wording: Wording, name: str, top: KeyPath) -> Diagnostic:
    path = _path(value, details)
    where: KeyPath = (*top, *path)
    key = str(path[-1]) if path else name
    kind = details["type"]
    if kind == "extra_forbidden":
        known = wording.keys(path[:-1])
        return Diagnostic(
            "unknown-key",
            f"there is no key '{key}' {wording.within(path[:-1])}",
            _other_place(key, path[:-1], wording) or did_you_mean(key, known) or f"valid keys are {_list(known)}",
            path=where,
            on_key=True,
        )
    if kind == "missing":
        message = f"the key '{key}' is missing {wording.within(path[:-1], name)}"
        return Diagnostic("missing-key", message, wording.missing.get(key, ""), path=where)
    if kind == "invalid_key" or details["loc"][-1:] == ("[key]",):
        return _bad_key(path, wording, name, top)
    context = details.get("ctx", {})
    if kind == "conflict":
        at = (*where, context["key"]) if context["key"] else where
        return Diagnostic("bad-value", context["message"], context["hint"], path=at)
    rejected = details["input"]
    words = _literals(context["expected"]) if kind == "literal_error" else []
    expected = wording.forms.get(path) or (_list(words, "or") if words else _EXPECTED.get(kind, "").format(**context))
    return Diagnostic(
        "bad-value",
        f"'{_label(path) or name}' is {_shown(rejected)}; it must be {expected or details['msg']}",
        (did_you_mean(str(rejected), words) if words else "") or _remedy(path, rejected, wording),
        path=where,
    )


def meant(key: str, parent: KeyPath, wording: Wording) -> list[KeyPath]:
    """Return the paths of the keys that an unknown key is meant as, as far as that is certain.

    It is the name of a key at another level, or another name for a key, preferably at this level.
    """
    renamed = wording.renamed.get(key, ())
    here = [path for path in renamed if path[:-1] == parent]
    places = wording.places.get(key, ())
    return here or [path for path in places if len(path) == 1] or list(places) or list(renamed)


def _other_place(key: str, parent: KeyPath, wording: Wording) -> str:
    """Return a hint at the key that an unknown one is meant as, and at its level; empty if that is uncertain."""
    paths = meant(key, parent, wording)
    if not paths:
        return ""
    names = dict.fromkeys(str(path[-1]) for path in paths)
    levels = dict.fromkeys(_label(path[:-1]) for path in paths)
    word = "" if list(names) == [key] else f"write {_list(list(names), 'or')}"
    if list(levels) == [_label(parent)]:
        return f"{word} instead"
    top = next(field for field in wording.model.model_fields if field != key)
    where = f"one level up, beside '{top}'" if "" in levels else f"under {_list(list(levels), 'or')}"
    return f"{word} {where}" if word else f"it belongs {where}"


def _bad_key(path: KeyPath, wording: Wording, name: str, top: KeyPath) -> Diagnostic:
    key = path[-1] if path else ""
    what = "empty" if key == "" else _shown(key)
    return Diagnostic(
        "bad-value",
        f"a key {wording.within(path[:-1], name)} is {what}; it must be a string",
        "name it" if key in ("", None) else f"put it in quotes: '{key}'",
        path=(*top, *path),
        on_key=True,
    )


def _remedy(path: KeyPath, rejected: Any, wording: Wording) -> str:
    if not path:
        return wording.remedies.get((), "")
    if rejected is None and not (len(path) == 1 and path[0] in wording.missing):
        return "give it a value, or remove the key"
    shape = wording.remedies.get(path, "")
    if "{value}" in shape and not (isinstance(rejected, str) and rejected):
        return ""
    return shape.format(value=_cut(rejected))


def _path(value: Any, details: ErrorDetails) -> KeyPath:
    """Remove from pydantic's location whatever is not a key of the document.

    Those steps are the tags of unions (a key may be spelled like one, after the tag), the mark of a mapping's key, and
    the index into a string that stands for a list of one. Only the last step, a missing key, need not exist.
    """
    path: list[str | int] = []
    *steps, final = details["loc"] or (None,)
    for step in steps:
        if step not in (ONE, EACH) and _has(value, step):
            value = value[step]
            path.append(step)
    if final is not None and (_has(value, final) or details["type"] == "missing"):
        path.append(final)
    return tuple(path)


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the models that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _label(path: KeyPath) -> str:
    return ".".join(str(step) for step in path if isinstance(step, str))


def _shown(value: Any) -> str:
    """Show a value briefly; cut a long one."""
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
