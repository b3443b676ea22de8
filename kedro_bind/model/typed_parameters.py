"""Typed parameters: turn the plain values of a plan into the objects that Kedro passes to nodes.

Since version 1.3, Kedro makes an object of a parameter if a node has a pydantic model or a dataclass as its type hint.
The type belongs to the parameter's key, so every node that takes the parameter, or a mapping with it, gets the object.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kedro_bind.model.plan import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kedro_bind.model.plan import Plan

__all__ = ["DeclaredType", "RejectedParameter", "key_of", "load_types", "typed_plan", "typed_value"]


class RejectedParameter(ValueError):  # noqa: N818 - it says what is wrong: the value
    """The type of a parameter rejects its value."""


@dataclass(frozen=True)
class DeclaredType:
    """The type of a parameter, and whether the parameter may be null."""

    type: type
    optional: bool = False


def load_types(plan: Plan) -> dict[str, DeclaredType]:
    """Import the types of a plan's parameters, by their keys.

    Raises:
        PlanError: one can't be imported.
    """
    types = plan.parameter_types
    return {key: DeclaredType(_imported(key, planned.type), planned.optional) for key, planned in types.items()}


def typed_plan(plan: Plan, types: Mapping[str, DeclaredType]) -> Plan:
    """Return the plan with objects in place of plain values; without types, return the plan itself.

    Raises:
        PlanError: a type rejects the value that the model was logged with.
    """
    if not types:
        return plan
    try:
        parameters = {name: typed_value(types, name, value) for name, value in plan.parameters.items()}
    except RejectedParameter as error:
        raise PlanError(f"the model can't be loaded: {error}") from error
    return plan.model_copy(update={"parameters": parameters})


def typed_value(types: Mapping[str, DeclaredType], name: str, value: Any) -> Any:
    """Return the value of the parameter `name` as a node gets it, with an object for each key that has a type.

    Raises:
        RejectedParameter: a type rejects its value.
    """
    key = key_of(name)
    if key in types:
        return _object(types[key], key, value)
    for path, declared in _below(types, key):
        value = _with_object(value, path, declared, path if not key else f"{key}.{path}")
    return value


def key_of(name: str) -> str:
    """Return Kedro's key of a parameter; that of `parameters`, which has all of them, is empty."""
    return "" if name == "parameters" else name.removeprefix("params:")


def _below(types: Mapping[str, DeclaredType], key: str) -> Iterator[tuple[str, DeclaredType]]:
    prefix = f"{key}." if key else ""
    for typed, declared in types.items():
        if typed.startswith(prefix):
            yield typed.removeprefix(prefix), declared


def _with_object(value: Any, path: str, declared: DeclaredType, key: str) -> Any:
    """Return a mapping with an object at a path; a key that contains a dot takes precedence, as in Kedro."""
    if not isinstance(value, dict):
        return value
    if path in value:
        return {**value, path: _object(declared, key, value[path])}
    first, _, rest = path.partition(".")
    return {**value, first: _with_object(value[first], rest, declared, key)} if rest and first in value else value


def _object(declared: DeclaredType, key: str, value: Any) -> Any:
    if isinstance(value, declared.type):
        return value  # Kedro has created it already
    if value is None:
        if declared.optional:
            return None
        raise RejectedParameter(f"the parameter '{key}' can't be null: its type is {declared.type.__name__}")
    from kedro.validation import ModelInstantiationError, instantiate_model

    try:
        return instantiate_model(key, value, declared.type)
    except ModelInstantiationError as error:
        raise RejectedParameter(
            f"the parameter '{key}' is rejected by its type {declared.type.__name__}: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """Return the type's own message, which is the cause of Kedro's error."""
    reason = error.__cause__ or error
    if not isinstance(reason, ValidationError):
        return " ".join(str(reason).split()) or type(reason).__name__
    return "; ".join(
        ": ".join(filter(None, [".".join(map(str, problem["loc"])), problem["msg"]]))
        for problem in reason.errors(include_url=False, include_context=False, include_input=False)
    )


def _imported(key: str, reference: str) -> type:
    module, _, qualname = reference.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in qualname.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever the module does when it is imported
        raise PlanError(f"the type '{reference}' of the parameter '{key}' can't be imported: {error}") from error
    if not isinstance(found, type):
        raise PlanError(f"the type '{reference}' of the parameter '{key}' is not a class")
    return found
