"""Typed parameters: from the hints of nodes and the values of a run to the plain values and types of a plan."""

from __future__ import annotations

import dataclasses
import importlib.util
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from kedro.pipeline import Pipeline
from pydantic import BaseModel, TypeAdapter

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import ParameterType
from kedro_bind.model.typed_parameters import DeclaredType, RejectedParameter, key_of, typed_value
from kedro_bind.packaging.plain_values import require_plain, survives_yaml
from kedro_bind.packaging.references import function_reference
from kedro_bind.process.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro.pipeline.node import Node

__all__ = ["Hint", "TypedValues", "hints_of", "in_force", "loadable", "plain", "typed_values", "value_in_force"]


@dataclass(frozen=True)
class Hint:
    """The type that a node declares for a parameter."""

    key: str
    declared: DeclaredType
    node: str


@dataclass
class TypedValues:
    """Parameters by name as plain values, and the types by key that make objects of them."""

    parameters: dict[str, Any] = field(default_factory=dict)
    types: dict[str, ParameterType] = field(default_factory=dict)


def hints_of(*pipelines: Pipeline | None) -> list[Hint]:
    """Find what the nodes of some pipelines declare for parameters, as Kedro finds it; before Kedro 1.3, nothing."""
    try:
        from kedro.validation import TypeExtractor
    except ImportError:
        return []
    found: dict[Hint, None] = {}
    with quiet("kedro.validation", logging.ERROR):
        for node in dict.fromkeys(node for pipeline in pipelines if pipeline for node in pipeline.nodes):
            found |= dict.fromkeys(_hints_of_node(TypeExtractor, node))
    return list(found)


def in_force(hints: Iterable[Hint]) -> dict[str, DeclaredType]:
    """Return the type of each key; where hints differ, the last one counts, as in Kedro."""
    return {hint.key: hint.declared for hint in hints}


def loadable(name: str, catalog: Any, types: Mapping[str, DeclaredType]) -> bool:
    """Return whether a parameter has a value: its own, or that of a field of a typed parameter."""
    return name in catalog or any(f"params:{key}" in catalog for key in _above(key_of(name), types))


def value_in_force(name: str, catalog: Any, types: Mapping[str, DeclaredType]) -> Any:
    """Return the value of a parameter as Kedro would hand it to a node, were all these types in force.

    In a bound run, the hints of training are in force already, and those of inference are not.

    Raises:
        RejectedParameter: a type rejects its value.
    """
    key = key_of(name)
    for above in _above(key, types):
        if (owner := f"params:{above}") in catalog:
            value = typed_value(types, owner, catalog.load(owner))
            return _field_of(value, key.removeprefix(f"{above}."))
    return typed_value(types, name, catalog.load(name))


def typed_values(names: Iterable[str], catalog: Any, hints: Iterable[Hint], *, pickled: bool = False) -> TypedValues:
    """Return the values of parameters in force, as a plan keeps them; one that is `pickled` keeps any object too.

    Raises:
        LoggingError: a type rejects its value or has no importable name, or a value can't be kept.
    """
    types = in_force(hints)
    result = TypedValues()
    for name in names:
        try:
            value = value_in_force(name, catalog, types)
        except RejectedParameter as error:
            raise LoggingError(f"{error}; change the value in parameters.yml, or the type") from error
        found: dict[str, ParameterType] = {}
        try:
            kept = _plain(value, key_of(name), types, found)
        except LoggingError:
            if not pickled:
                raise
            kept, found = value, {}
        result.parameters[name] = kept
        result.types |= found
    return result


def plain(value: Any) -> Any:
    """Return a value with the fields of each typed object in it as a mapping."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return next(_candidates(value)) if _is_typed(value) else value


def _hints_of_node(extractor: Any, node: Node) -> Iterator[Hint]:
    for key, hint in extractor({node.name: Pipeline([node])}).extract_types_from_pipelines().items():
        kinds = [each for each in get_args(hint) if each is not type(None)] or [hint]
        yield Hint(key, DeclaredType(kinds[0], optional=type(None) in get_args(hint)), node.name)


def _above(key: str, types: Mapping[str, DeclaredType]) -> list[str]:
    """Return the typed keys that a key is a field of, the outermost first."""
    return sorted((typed for typed in types if key.startswith(f"{typed}.")), key=len)


def _field_of(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def _plain(value: Any, key: str, types: Mapping[str, DeclaredType], found: dict[str, ParameterType]) -> Any:
    """Replace the objects in a value by what they are made from, and note their types."""
    if _is_typed(value):
        kind = type(value)
        reference = function_reference(kind)
        if reference is None:
            raise LoggingError(
                f"the type {kind.__qualname__} of the parameter '{key}' can't be imported by name"
                "; define it at the top of a module"
            )
        optional = types[key].optional if key in types else False
        found[key] = ParameterType(type=reference, optional=optional)
        return _made_from(value, key)
    if value is None and key in types:
        reference = function_reference(types[key].type)
        if reference is not None:
            found[key] = ParameterType(type=reference, optional=True)
    if isinstance(value, dict):
        return {name: _plain(each, f"{key}.{name}" if key else str(name), types, found) for name, each in value.items()}
    return value


def _made_from(value: Any, key: str) -> Any:
    """Return a plain value that the type makes the same object of."""
    declared = {key: DeclaredType(type(value))}
    plain_value = None
    for plain_value in _candidates(value):
        try:
            again = typed_value(declared, f"params:{key}", plain_value)
        except RejectedParameter:
            continue
        if survives_yaml(plain_value) and _equal(again, value):
            return plain_value
    require_plain(f"the parameter '{key}' of the inference pipeline", plain_value)
    raise LoggingError(
        f"the model's plan can't keep the parameter '{key}': its type {type(value).__qualname__} makes a "
        "different object from the fields of this one; let it accept its own fields unchanged"
    )


def _candidates(value: Any) -> Iterator[Any]:
    """Return what may make the same object again: only what was given, first of all."""
    if isinstance(value, BaseModel):
        form: dict[str, Any] = {"exclude_unset": True, "round_trip": True, "warnings": False}
        for mode in ("python", "json"):
            yield value.model_dump(mode=mode, by_alias=True, **form)
            yield value.model_dump(mode=mode, by_alias=False, **form)
        return
    fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.init}
    adapter = TypeAdapter(type(value)) if hasattr(value, "__pydantic_validator__") else None
    if adapter is None:
        yield {name: plain(each) for name, each in fields.items()}
        return
    for mode in ("python", "json"):
        dumped = adapter.dump_python(value, mode=mode, round_trip=True, warnings=False)  # type: ignore[arg-type]
        yield {name: each for name, each in dumped.items() if name in fields}


def _is_typed(value: Any) -> bool:
    if importlib.util.find_spec("kedro.validation") is None:  # before Kedro 1.3
        return False
    return isinstance(value, BaseModel) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _equal(one: Any, other: Any) -> bool:
    """Return whether two objects of one type are the same; a type may say nothing of that."""
    return bool(one == other) or (hasattr(one, "__dict__") and bool(vars(one) == vars(other)))
