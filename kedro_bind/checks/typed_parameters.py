"""Whether the types that nodes declare for parameters agree, and accept their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic
from kedro_bind.model.parameter_hints import in_force, value_in_force
from kedro_bind.model.references import function_reference
from kedro_bind.model.typed_parameters import RejectedParameter
from kedro_bind.model.wiring import is_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.model.parameter_hints import Hint

__all__ = ["typed_code", "typed_parameter_problems"]


def typed_parameter_problems(binding: ResolvedBinding, catalog: Any, hints: Sequence[Hint]) -> Iterator[Diagnostic]:
    """Find parameters whose hints differ, or whose type rejects the value; paths start at the binding's name."""
    by_key: dict[str, list[Hint]] = {}
    for hint in hints:
        by_key.setdefault(hint.key, []).append(hint)
    inference = {node.name for node in binding.inference.nodes}
    types = in_force(hints)
    for key, same in sorted(by_key.items()):
        first, last = same[0], same[-1]
        side = "inference" if last.node in inference else "training"
        path = (binding.key, side)
        other = next((each for each in same if each.declared.type is not first.declared.type), None)
        if other is not None:
            yield Diagnostic(
                "conflicting-types",
                f"the parameter 'params:{key}' has the type {_shown(first)} in node '{first.node}', "
                f"and {_shown(other)} in node '{other.node}', but Kedro makes one object for all nodes",
                "give the nodes the same hint",
                path=path,
                on_key=True,
            )
            continue
        if function_reference(last.declared.type) is None:
            yield Diagnostic(
                "not-importable",
                f"the type {_shown(last)} of 'params:{key}' (node '{last.node}') can't be imported by name",
                "define it at the top of a module",
                path=path,
                on_key=True,
            )
        try:
            if f"params:{key}" in catalog:
                value_in_force(f"params:{key}", catalog, types)
        except RejectedParameter as error:
            yield Diagnostic(
                "rejected-parameter",
                f"{error} (node '{last.node}')",
                "change the value in parameters.yml, or the type",
                path=path,
                on_key=True,
            )


def typed_code(binding: ResolvedBinding, hints: Sequence[Hint]) -> Iterator[tuple[str, str]]:
    """Find what types of the model's parameters need to travel with it: what it is, and its module."""
    for key, declared in in_force(hints).items():
        if any(is_in(key, name) for name in binding.inference.inputs() if is_parameter(name)):
            yield f"the type of the parameter 'params:{key}'", declared.type.__module__


def _shown(hint: Hint) -> str:
    return hint.declared.type.__qualname__
