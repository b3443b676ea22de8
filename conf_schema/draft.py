"""A binding as far as it is valid, so that a mistake in one key hides none in another."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from conf_schema.diagnostics import closest
from conf_schema.explain import explain, meant
from conf_schema.models import Binding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conf_schema.diagnostics import Diagnostic, KeyPath
    from conf_schema.explain import Wording

__all__ = ["Draft", "draft"]

_ALONE = {("training", "input_name")}
"""Keys that can be bad without the selection beside them being bad."""


@dataclass(frozen=True)
class Draft:
    """A binding without its bad keys, which are named: `input_name`, `training`, `model.aliases`.

    A bad key has its default here, or a stand-in where it is required: nobody may read it.
    """

    binding: Binding
    bad: frozenset[str] = frozenset()


def draft(
    name: str, value: Any, wording: Wording, unknown: Iterable[KeyPath] = ()
) -> tuple[Draft | None, list[Diagnostic]]:
    """Validate a binding key by key; `unknown` are paths in it whose values are not known, such as interpolations.

    There is no draft of what is not a mapping.
    """
    unknown, bad = list(unknown), set[str]()
    values = copy.deepcopy(value) if unknown else value
    for path in unknown:
        bad |= _without(values, path, wording)
    findings: dict[Diagnostic, None] = {}
    while True:
        try:
            return Draft(Binding.model_validate(values, context={"bad": bad}), frozenset(bad)), list(findings)
        except ValidationError as error:
            found = explain(error, values, wording, name, (name,))
        new = dict.fromkeys(found).keys() - findings
        findings |= dict.fromkeys(found)
        if not new or not isinstance(values, dict):
            return None, list(findings)
        values = copy.deepcopy(values)
        for finding in found:
            bad |= _without(values, finding.path[1:], wording)


def _without(values: Any, path: KeyPath, wording: Wording) -> set[str]:
    """Remove what a path leads to, or what it is a part of, and return the names of the keys that are bad by that."""
    if not path or not isinstance(values, dict):
        return set()
    top, *rest = path
    inside = values.get(top)
    if top in ("training", "inference"):
        if tuple(path[:2]) in _ALONE and isinstance(inside, dict) and rest[0] in inside:
            del inside[rest[0]]
            return {".".join(map(str, path[:2]))}
        values[top] = {}
        return {str(top)}
    if top == "model" and rest and isinstance(inside, dict):
        inside.pop(rest[0], None)
        return _meant((top, rest[0]), wording)
    values.pop(top, None)
    if top == "model":
        return {f"{top}.{key}" for key in wording.keys((top,))}
    return _meant((top,), wording)


def _meant(path: KeyPath, wording: Wording) -> set[str]:
    """Return the names of the keys that a key stands for: itself, or those that an unknown one may be meant for."""
    key, parent = str(path[-1]), path[:-1]
    known = wording.keys(parent)
    if key in known:
        return {".".join(map(str, path))}
    paths = meant(key, parent, wording) or [(*parent, near) for near in [closest(key, known)] if near is not None]
    return {part for each in paths for part in _names(each, wording)}


def _names(path: KeyPath, wording: Wording) -> set[str]:
    if path[0] in ("training", "inference") and tuple(path[:2]) not in _ALONE:
        return {str(path[0])}
    if path == ("model",):
        return {f"model.{key}" for key in wording.keys(path)}
    return {".".join(map(str, path[:2]))} if path[0] != "runner" else {"runner"}
