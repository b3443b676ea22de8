"""Whether the types that nodes declare for parameters agree, and accept their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic
from kedro_bind.model.typed_parameters import RejectedParameter
from kedro_bind.names import is_in
from kedro_bind.packaging.parameter_hints import in_force, value_in_force
from kedro_bind.packaging.references import function_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.packaging.parameter_hints import Hint

__all__ = ["typed_code", "typed_parameter_problems"]


def typed_parameter_problems(binding: ResolvedBinding, catalog: Any, hints: Sequence[Hint]) -> Iterator[Diagnostic]:
    """Find parameters whose type hints differ, whose type can't be imported, or whose type rejects the value."""
    by_key: dict[str, list[Hint]] = {}
    for hint in hints:
        by_key.setdefault(hint.key, []).append(hint)
    inference = {node.name for node in binding.inference.nodes}
    trained = {node.name for node in binding.training.nodes}
    scoring = {node.name for node in binding.evaluation.pipeline.nodes} - trained if binding.evaluation else set()
    types = in_force(hints)
    for key, key_hints in sorted(by_key.items()):
        first, last = key_hints[0], key_hints[-1]
        part = "inference" if last.node in inference else "evaluation" if last.node in scoring else "training"
        path = (binding.key, part)
        other = next((hint for hint in key_hints if hint.declared.type is not first.declared.type), None)
        if other is not None:
            yield Diagnostic(
                "conflicting-types",
                f"the parameter 'params:{key}' has the type {_shown(first)} in node '{first.node}', and "
                f"{_shown(other)} in node '{other.node}', but Kedro makes one object for all nodes",
                "use the same type hint in all nodes",
                path=path,
                on_key=True,
            )
            continue
        if function_reference(last.declared.type) is None:
            yield Diagnostic(
                "not-importable",
                f"the type {_shown(last)} of 'params:{key}' (node '{last.node}') can't be imported by name",
                "define it at the top level of a module",
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
    """Yield the code of the types of the model's parameters, as pairs of a description and a module."""
    for key, declared in in_force(hints).items():
        if any(is_in(key, name) for name in binding.inference.inputs() if is_parameter(name)):
            yield f"the type of the parameter 'params:{key}'", declared.type.__module__


def _shown(hint: Hint) -> str:
    return hint.declared.type.__qualname__
