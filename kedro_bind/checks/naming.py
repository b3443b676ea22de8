"""Names that Kedro's command line or MLflow does not take."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["alias_problem", "binding_name_problems", "model_name_problems", "registry_problems", "shared_names"]

_NOT_IN_MODEL_NAMES = "/:.%\"'"
_NOT_IN_REGISTERED_NAMES = "/:"
_ALIAS = re.compile(r"^[\w\-]{1,255}$")
_TAG = re.compile(r"^[/\w.\- :]{1,250}$")
_RESERVED_ALIAS = re.compile(r"^(latest|v\d+)$", re.IGNORECASE)
"""The rules of `mlflow.utils.validation`; tests/kedro_bind/checks/test_naming.py compares them with MLflow's."""


def alias_problem(alias: str) -> str:
    """Say why MLflow does not take an alias; nothing if it does."""
    if _RESERVED_ALIAS.match(alias):
        return "it stands for a version"
    return "" if _ALIAS.match(alias) else "MLflow takes letters, digits, '_', '-'"


def binding_name_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find a name of a binding that can't be used; paths start at the binding's name, here and below."""
    key = binding.key
    if binding.name is not None and (problem := _of_command_line(binding.name)):
        yield Diagnostic(
            "bad-name",
            f"the name '{key}' {problem}, so 'kedro run --pipelines' can't take it",
            "write it with letters, digits, '_' and '-'",
            path=(key,),
            on_key=True,
        )


def model_name_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find a name of a logged model that can't be used."""
    key, name = binding.key, binding.model.name
    if bad := _signs(name, _NOT_IN_MODEL_NAMES):
        given = name != binding.name
        yield Diagnostic(
            "bad-model-name",
            f"MLflow takes no model name with {bad}, and this model is logged as '{name}'",
            "choose another name" if given else "give the model another name with 'model: {name: …}'",
            path=(key, "model", "name") if given else (key,),
            on_key=not given,
        )


def registry_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find names of a registered model, its aliases and its tags that can't be used."""
    key, model = binding.key, binding.model
    registered = model.registered_model_name
    if registered is not None:
        bad = _signs(registered, _NOT_IN_REGISTERED_NAMES)
        if bad or not registered.strip() or posixpath.normpath(registered) != registered or registered == "..":
            yield Diagnostic(
                "bad-model-name",
                f"MLflow registers no model under the name '{registered}'" + (f": it has {bad}" if bad else ""),
                "choose another name",
                path=(key, "model", "registered_model_name"),
            )
    for index, alias in enumerate(model.aliases):
        if problem := alias_problem(alias):
            yield Diagnostic(
                "bad-value",
                f"'{alias}' can't be an alias: {problem}",
                "choose another one",
                path=(key, "model", "aliases", index),
            )
    for tag in model.tags if registered is not None else ():
        if problem := _tag_problem(tag):
            yield Diagnostic(
                "bad-value",
                f"'{tag}' can't be the name of a version's tag: {problem}",
                "choose another one",
                path=(key, "model", "tags", tag),
                on_key=True,
            )


def _tag_problem(key: str) -> str:
    if not _TAG.match(key):
        return "MLflow takes up to 250 letters, digits, and '_', '-', '.', ' ', ':', '/'"
    same = posixpath.normpath(key) == key and key != "." and not key.startswith(("..", "/"))
    return "" if same else "MLflow reads it as a path, which has a shorter form"


def shared_names(bindings: Iterable[ResolvedBinding]) -> Iterator[Diagnostic]:
    """Find bindings that would log under one name if one run had both of them."""
    first: dict[str, str] = {}
    for each in bindings:
        name, key = each.model.name, each.key
        other = first.setdefault(name, key)
        if other != key:
            yield Diagnostic(
                "duplicate-model-name",
                f"this model is logged as '{name}', and so is that of '{other}': after a run of both, "
                "the name does not tell which is which",
                "give one of them another 'model.name'",
                Severity.WARNING,
                (key, "model", "name"),
            )


def _of_command_line(name: str) -> str:
    if "," in name:
        return "has a comma"
    if name != name.strip() or not name.isprintable():
        return "has white space at its ends or a sign that can't be typed"
    return "begins with '-'" if name.startswith("-") else ""


def _signs(name: str, signs: str) -> str:
    return " and ".join(f'"{each}"' if each == "'" else f"'{each}'" for each in signs if each in name)
