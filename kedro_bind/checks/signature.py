"""Whether MLflow can type what a caller sends, as far as it is known before there is data."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from kedro.io import MemoryDataset

from conf_schema import Diagnostic, Severity
from kedro_bind.model.artifacts import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["may_be_typed", "signature_problems"]

_TYPED = (bool, int, float, str, bytes, bytearray, list, dict, dt.date)
_WITH_TYPED = {"numpy", "pandas", "pyspark", "scipy"}
"""Packages some of whose types MLflow knows."""


def signature_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find an input that gets no signature; paths start at the binding's name.

    What the input holds is known when training runs. Before, there is the type that its dataset declares to
    load: nothing is said where it declares none, or one that may be anything.
    """
    name = binding.training_input
    if name not in catalog or not binding.model.infers_signature:
        return
    try:
        dataset = catalog.get(name)
    except Exception:  # noqa: BLE001 - a catalog entry that does not hold is another layer's finding
        return
    declared = _declared(dataset)
    if not may_be_typed(declared):
        kind = type(unwrapped(dataset)).__name__
        yield Diagnostic(
            "untyped-input",
            f"'{name}' is a {kind}, which loads {_shown(declared)}: MLflow has no type for that, "
            "so the model's signature takes anything",
            "let a caller supply a pandas DataFrame or an array",
            Severity.WARNING,
            (binding.key, *(() if name == binding.input_name else ("training",)), "input_name"),
        )


def may_be_typed(declared: Any) -> bool:
    """Tell whether a value of a declared type can be one that MLflow has a type for.

    This mirrors `mlflow.types.utils._infer_schema`, since importing MLflow takes longer than all checks;
    tests/kedro_bind/checks/test_signature.py compares the two.
    """
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in (Union, types.UnionType):
        return any(may_be_typed(each) for each in arguments)
    if origin in (dict, list):
        return may_be_typed(arguments[-1])
    kind = origin or declared
    if not isinstance(kind, type) or kind in (Any, object, types.NoneType):
        return True  # nothing that says what is loaded
    known = any(issubclass(kind, each) or issubclass(each, kind) for each in _TYPED)
    return known or dataclasses.is_dataclass(kind) or any(_package(each) in _WITH_TYPED for each in kind.__mro__)


def _declared(dataset: Any) -> Any:
    wrapped = unwrapped(dataset)
    if isinstance(wrapped, MemoryDataset):
        return Any
    try:
        return get_type_hints(type(wrapped).load).get("return", Any)
    except Exception:  # noqa: BLE001 - annotations may name what is imported for type checkers alone
        return Any


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _shown(declared: Any) -> str:
    if isinstance(declared, type) and get_origin(declared) is None:
        return f"'{_package(declared)}.{declared.__qualname__}'"
    return f"'{declared}'".replace("typing.", "").replace("collections.abc.", "")
