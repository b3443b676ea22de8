"""Names that Kedro's command line or MLflow does not take."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from conf_schema import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_bind.pipeline_ml import PipelineML

__all__ = ["alias_problem", "model_name", "naming_problems", "shared_names"]

_NOT_IN_MODEL_NAMES = "/:.%\"'"
_NOT_IN_REGISTERED_NAMES = "/:"
_ALIAS = re.compile(r"^[\w\-]{1,255}$")
_TAG = re.compile(r"^[/\w.\- :]{1,250}$")
_RESERVED_ALIAS = re.compile(r"^(latest|v\d+)$", re.IGNORECASE)
"""The rules of `mlflow.utils.validation`; tests/kedro_bind/checks/test_naming.py compares them with MLflow's."""


def model_name(pipeline_ml: PipelineML) -> str:
    """Give the name that the model of a binding is logged under."""
    serving = pipeline_ml.serving
    return str(serving.log_model_kwargs.get("name") or serving.options.name or serving.name or "model")


def alias_problem(alias: str) -> str:
    """Say why MLflow does not take an alias; nothing if it does."""
    if _RESERVED_ALIAS.match(alias):
        return "it stands for a version"
    return "" if _ALIAS.match(alias) else "MLflow takes letters, digits, '_', '-'"


def naming_problems(pipeline_ml: PipelineML) -> Iterator[Diagnostic]:
    """Find the names of a binding and of its model that can't be used; paths start at the binding's name."""
    serving = pipeline_ml.serving
    binding, options = serving.name or "", serving.options
    if serving.name is not None and (problem := _of_command_line(serving.name)):
        yield Diagnostic(
            "bad-name",
            f"the name '{binding}' {problem}, so 'kedro run --pipelines' can't take it",
            "write it with letters, digits, '_' and '-'",
            path=(binding,),
            on_key=True,
        )
    name = model_name(pipeline_ml)
    if bad := _signs(name, _NOT_IN_MODEL_NAMES):
        given = options.name is not None or serving.name is None
        yield Diagnostic(
            "bad-model-name",
            f"MLflow takes no model name with {bad}, and this model is logged as '{name}'",
            "choose another name" if given else "give the model another name with 'model: {name: …}'",
            path=(binding, "model", "name") if given else (binding,),
            on_key=not given,
        )
    registered = options.registered_model_name
    if registered is not None:
        bad = _signs(registered, _NOT_IN_REGISTERED_NAMES)
        if bad or not registered.strip() or posixpath.normpath(registered) != registered or registered == "..":
            yield Diagnostic(
                "bad-model-name",
                f"MLflow registers no model under the name '{registered}'" + (f": it has {bad}" if bad else ""),
                "choose another name",
                path=(binding, "model", "registered_model_name"),
            )
    for index, alias in enumerate(options.aliases or ()):
        if problem := alias_problem(alias):
            yield Diagnostic(
                "bad-value",
                f"'{alias}' can't be an alias: {problem}",
                "choose another one",
                path=(binding, "model", "aliases", index),
            )
    for key in (options.tags or ()) if registered is not None else ():
        if problem := _tag_problem(key):
            yield Diagnostic(
                "bad-value",
                f"'{key}' can't be the name of a version's tag: {problem}",
                "choose another one",
                path=(binding, "model", "tags", key),
                on_key=True,
            )


def _tag_problem(key: str) -> str:
    if not _TAG.match(key):
        return "MLflow takes up to 250 letters, digits, and '_', '-', '.', ' ', ':', '/'"
    same = posixpath.normpath(key) == key and key != "." and not key.startswith(("..", "/"))
    return "" if same else "MLflow reads it as a path, which has a shorter form"


def shared_names(bindings: Iterable[PipelineML]) -> Iterator[Diagnostic]:
    """Find bindings that would log under one name if one run had both of them."""
    first: dict[str, str] = {}
    for each in bindings:
        name, binding = model_name(each), each.serving.name or ""
        other = first.setdefault(name, binding)
        if other != binding:
            yield Diagnostic(
                "duplicate-model-name",
                f"this model is logged as '{name}', and so is that of '{other}': after a run of both, "
                "the name does not tell which is which",
                "give one of them another 'model.name'",
                Severity.WARNING,
                (binding, "model", "name"),
            )


def _of_command_line(name: str) -> str:
    if "," in name:
        return "has a comma"
    if name != name.strip() or not name.isprintable():
        return "has white space at its ends or a sign that can't be typed"
    return "begins with '-'" if name.startswith("-") else ""


def _signs(name: str, signs: str) -> str:
    return " and ".join(f'"{each}"' if each == "'" else f"'{each}'" for each in signs if each in name)
