"""Find the type hints that nodes declare for parameters, and the values of parameters with these types in force."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from kedro.io.core import is_parameter
from kedro.pipeline import Pipeline

from kedro_bind.model.typed_parameters import DeclaredType, key_of, typed_value
from kedro_bind.process.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro.pipeline.node import Node

__all__ = ["Hint", "hints_of", "in_force", "loadable", "value_in_force"]


@dataclass(frozen=True)
class Hint:
    """The type that a node declares for a parameter."""

    key: str
    declared: DeclaredType
    node: str


def hints_of(*pipelines: Pipeline | None) -> list[Hint]:
    """Return the type hints that Kedro finds for parameters in the nodes of pipelines; before Kedro 1.3, none."""
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
    """Return the types by key; if hints differ, the last one applies, as in Kedro."""
    return {hint.key: hint.declared for hint in hints}


def loadable(name: str, catalog: Any, types: Mapping[str, DeclaredType]) -> bool:
    """Return whether a parameter has a value: its own, or a field of a typed parameter."""
    return name in catalog or any(f"params:{key}" in catalog for key in _above(key_of(name), types))


def value_in_force(name: str, catalog: Any, types: Mapping[str, DeclaredType]) -> Any:
    """Return the value of a parameter as Kedro would pass it to a node, if all these types applied.

    In a bound run, Kedro has already applied the hints of training, but not those of inference.

    Raises:
        DatasetError: there is no such parameter.
        RejectedParameter: a type rejects its value.
    """
    key = key_of(name)
    for above in _above(key, types):
        if (owner := f"params:{above}") in catalog:
            value = typed_value(types, owner, catalog.get(owner).load())
            return _field_of(value, key.removeprefix(f"{above}."))
    return typed_value(types, name, catalog[name].load())


def _hints_of_node(extractor: Any, node: Node) -> Iterator[Hint]:
    if not any(map(is_parameter, node.inputs)):
        return
    for key, hint in extractor({node.name: Pipeline([node])}).extract_types_from_pipelines().items():
        kinds = [member for member in get_args(hint) if member is not type(None)] or [hint]
        yield Hint(key, DeclaredType(kinds[0], optional=type(None) in get_args(hint)), node.name)


def _above(key: str, types: Mapping[str, DeclaredType]) -> list[str]:
    """Return the typed keys above a key, the outermost first."""
    return sorted((typed for typed in types if key.startswith(f"{typed}.")), key=len)


def _field_of(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value
