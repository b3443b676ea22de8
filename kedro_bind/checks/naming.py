"""Names that Kedro's command line or MLflow does not accept."""

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
    """Say why MLflow does not accept an alias; return an empty string if it does."""
    if _RESERVED_ALIAS.match(alias):
        return "MLflow reserves it for versions"
    return "" if _ALIAS.match(alias) else "MLflow accepts up to 255 letters, digits, '_' and '-'"


def binding_name_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find a name of a binding that 'kedro run' does not accept."""
    key = binding.key
    if binding.name is not None and (problem := _command_line_problem(binding.name)):
        yield Diagnostic(
            "bad-name",
            f"the name '{key}' {problem}, so 'kedro run --pipelines' can't accept it",
            "use only letters, digits, '_' and '-'",
            path=(key,),
            on_key=True,
        )


def model_name_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find a name of a logged model that MLflow does not accept."""
    key, name = binding.key, binding.model.name
    if bad := _contained(name, _NOT_IN_MODEL_NAMES):
        own = name != binding.name
        yield Diagnostic(
            "bad-model-name",
            f"the model's name '{name}' contains {bad}, which MLflow does not allow",
            "choose another name" if own else "give the model another name with 'model: {name: …}'",
            path=(key, "model", "name") if own else (key,),
            on_key=not own,
        )


def registry_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find names of a registered model, its aliases and its tags that MLflow does not accept."""
    key, model = binding.key, binding.model
    registered = model.registered_model_name
    if registered is not None:
        bad = _contained(registered, _NOT_IN_REGISTERED_NAMES)
        if bad or not registered.strip() or posixpath.normpath(registered) != registered or registered == "..":
            yield Diagnostic(
                "bad-model-name",
                f"'{registered}' is not a valid name for a registered model" + (f": it contains {bad}" if bad else ""),
                "choose another name",
                path=(key, "model", "registered_model_name"),
            )
    for index, alias in enumerate(model.aliases):
        if problem := alias_problem(alias):
            yield Diagnostic(
                "bad-value",
                f"'{alias}' is not a valid alias: {problem}",
                "choose another one",
                path=(key, "model", "aliases", index),
            )
    for tag in model.tags if registered is not None else ():
        if problem := _tag_problem(tag):
            yield Diagnostic(
                "bad-value",
                f"'{tag}' is not a valid name for a tag of a model version: {problem}",
                "choose another one",
                path=(key, "model", "tags", tag),
                on_key=True,
            )


def _tag_problem(key: str) -> str:
    if not _TAG.match(key):
        return "MLflow accepts up to 250 letters, digits, '_', '-', '.', ':', '/' and spaces"
    canonical = posixpath.normpath(key) == key and key != "." and not key.startswith(("..", "/"))
    return "" if canonical else "MLflow reads it as a path, and accepts only relative paths in their shortest form"


def shared_names(bindings: Iterable[ResolvedBinding]) -> Iterator[Diagnostic]:
    """Find bindings whose models have one name: a run of both would log them under it."""
    first: dict[str, str] = {}
    for binding in bindings:
        name, key = binding.model.name, binding.key
        other = first.setdefault(name, key)
        if other != key:
            yield Diagnostic(
                "duplicate-model-name",
                f"this model and that of the binding '{other}' are both logged as '{name}', so the name does not tell "
                "them apart after a run of both bindings",
                "give one of them another 'model.name'",
                Severity.WARNING,
                (key, "model", "name"),
            )


def _command_line_problem(name: str) -> str:
    if "," in name:
        return "contains a comma"
    if name != name.strip() or not name.isprintable():
        return "contains a non-printable character, or whitespace at its ends"
    return "starts with '-'" if name.startswith("-") else ""


def _contained(name: str, characters: str) -> str:
    return " and ".join(
        f'"{character}"' if character == "'" else f"'{character}'" for character in characters if character in name
    )
