"""Whether MLflow has a type for the input, as far as that is known before there is data."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from kedro.io import MemoryDataset

from conf_schema import Diagnostic, Severity
from kedro_bind.binding.datasets import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["may_be_typed", "signature_problems"]

_TYPED = (bool, int, float, str, bytes, bytearray, list, dict, dt.date)
_WITH_TYPED = {"numpy", "pandas", "pyspark", "scipy"}
"""Packages with types that MLflow knows."""


def signature_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find an input that gets no signature.

    Before training runs, all that is known of the input is the type that its dataset declares to load. A dataset that
    declares none, or one that may be anything, gives no finding.
    """
    name = binding.training_input
    if name not in catalog or not binding.model.infers_signature:
        return
    try:
        dataset = catalog.get(name)
    except Exception:  # noqa: BLE001 - another rule finds an invalid catalog entry
        return
    declared = _declared(dataset)
    if not may_be_typed(declared):
        kind = type(unwrapped(dataset)).__name__
        yield Diagnostic(
            "untyped-input",
            f"'{name}' is a {kind}, which loads {_shown(declared)}: MLflow has no type for that, "
            "so the model's signature accepts anything",
            "use a dataset that loads a pandas DataFrame or an array",
            Severity.WARNING,
            (binding.key, *(() if name == binding.input_name else ("training",)), "input_name"),
        )


def may_be_typed(declared: Any) -> bool:
    """Check whether MLflow may have a type for a value of a declared type.

    This mirrors `mlflow.types.utils._infer_schema`, since importing MLflow takes longer than all checks;
    tests/kedro_bind/checks/test_signature.py compares the two.
    """
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in (Union, types.UnionType):
        return any(map(may_be_typed, arguments))
    if origin in (dict, list):
        return may_be_typed(arguments[-1])
    kind = origin or declared
    if not isinstance(kind, type) or kind in (Any, object, types.NoneType):
        return True  # says nothing about what is loaded
    known = any(issubclass(kind, typed) or issubclass(typed, kind) for typed in _TYPED)
    return known or dataclasses.is_dataclass(kind) or any(_package(base) in _WITH_TYPED for base in kind.__mro__)


def _declared(dataset: Any) -> Any:
    wrapped = unwrapped(dataset)
    if isinstance(wrapped, MemoryDataset):
        return Any
    try:
        return get_type_hints(type(wrapped).load).get("return", Any)
    except Exception:  # noqa: BLE001 - annotations may use names that only type checkers import
        return Any


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _shown(declared: Any) -> str:
    if isinstance(declared, type) and get_origin(declared) is None:
        return f"'{_package(declared)}.{declared.__qualname__}'"
    return f"'{declared}'".replace("typing.", "").replace("collections.abc.", "")
