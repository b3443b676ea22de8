"""The valid part of a binding, so that a mistake in one key does not hide mistakes in others."""

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

_ALONE = {("training", "input_name"), *(("evaluation", key) for key in ("input_name", "metrics", "env_manager"))}
"""Keys that can be bad without the selection beside them being bad."""
_SELECTIONS = ("training", "inference", "evaluation")


@dataclass(frozen=True)
class Draft:
    """A binding without its bad keys, whose names are in `bad`: `input_name`, `training`, `model.aliases`.

    In `binding` a bad key has its default, or a stand-in where it is required, which must not be read. A key that is
    missing, and that another one requires, is bad too.
    """

    binding: Binding
    bad: frozenset[str] = frozenset()


def draft(
    name: str, value: Any, wording: Wording, unknown: Iterable[KeyPath] = ()
) -> tuple[Draft | None, list[Diagnostic]]:
    """Validate a binding key by key; `unknown` has the paths in it whose values are unknown, such as interpolations.

    There is no draft of a value that is not a mapping.
    """
    unknown, bad, invalid = list(unknown), set[str](), set[str]()
    values = copy.deepcopy(value) if unknown else value
    for path in unknown:
        bad |= _without(values, path, wording)
    findings: dict[Diagnostic, None] = {}
    while True:
        try:
            binding = Binding.model_validate(values, context={"bad": bad, "invalid": invalid})
            return Draft(binding, frozenset(bad)), list(findings)
        except ValidationError as error:
            found = explain(error, values, wording, name, (name,))
            absent = [details.get("ctx", {}).get("absent") for details in error.errors(include_url=False)]
        new = dict.fromkeys(found).keys() - findings
        findings |= dict.fromkeys(found)
        if not new or not isinstance(values, dict):
            return None, list(findings)
        values = copy.deepcopy(values)
        for finding, missing in zip(found, absent, strict=True):
            path = finding.path[1:]
            if missing is not None:
                bad.add(_label((*path[:-1], missing)))
                continue
            bad |= _without(values, path, wording)
            if finding.code == "bad-value":
                invalid.add(_label(path[:2]))


def _without(values: Any, path: KeyPath, wording: Wording) -> set[str]:
    """Remove the value at a path, or the value that it is part of, and return the names of the keys that become bad."""
    if not path or not isinstance(values, dict):
        return set()
    top, *rest = path
    inside = values.get(top)
    if top in _SELECTIONS:
        if tuple(path[:2]) in _ALONE and isinstance(inside, dict) and rest[0] in inside:
            del inside[rest[0]]
            return {_label(path[:2])}
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
    """Return the names of the keys that a key is meant as: its own, or those that an unknown key resembles."""
    key, parent = str(path[-1]), path[:-1]
    known = wording.keys(parent)
    if key in known:
        return {_label(path)}
    paths = meant(key, parent, wording) or [(*parent, near) for near in [closest(key, known)] if near is not None]
    return {name for intended in paths for name in _names(intended, wording)}


def _names(path: KeyPath, wording: Wording) -> set[str]:
    if path[0] in _SELECTIONS and tuple(path[:2]) not in _ALONE:
        return {str(path[0])}
    if path == ("model",):
        return {f"model.{key}" for key in wording.keys(path)}
    return {_label(path[:2])} if path[0] != "runner" else {"runner"}


def _label(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path))
