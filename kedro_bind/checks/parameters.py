"""Parameters that a caller could set, if MLflow could type them."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity
from kedro_bind.model.parameter_hints import in_force, loadable, plain, value_in_force

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.model.parameter_hints import Hint

__all__ = ["is_typed", "open_parameters", "parameter_problems"]

_MOST, _LEAST = 2**63 - 1, -(2**63)


def parameter_problems(binding: ResolvedBinding, catalog: Any, hints: Sequence[Hint]) -> Iterator[Diagnostic]:
    """Find parameters of inference that can't be part of the model's signature; paths start at the binding's name."""
    wanted = binding.model.predict_params
    if wanted == "none" or not binding.model.infers_signature:
        return
    types = in_force(hints)
    named = None if isinstance(wanted, str) else {each: index for index, each in enumerate(wanted)}
    for name in sorted(filter(is_parameter, binding.inference.inputs())):
        index = None if named is None else named.get(name, named.get(name.removeprefix("params:")))
        if not loadable(name, catalog, types) or (named is not None and index is None):
            continue
        try:
            value = plain(value_in_force(name, catalog, types))
        except Exception:  # noqa: BLE001, S112 - a parameter without a value is another layer's finding
            continue
        if not is_typed(value):
            here = ("inference",) if index is None else ("model", "predict_params", index)
            yield Diagnostic(
                "bad-parameter",
                f"MLflow has no type for the parameter '{name}' ({_shown(value)}), so a caller can't set it",
                "give it a number, a text, true or false, a list of one of these, or a mapping; "
                "or leave it out of 'model.predict_params'",
                Severity.WARNING,
                (binding.key, *here),
                on_key=index is None,
            )


def open_parameters(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find parameters that a caller may change although training used them; paths start at the binding's name.

    A feature list is one: a request that sets another one asks a model for columns that it was not fitted on. Where the
    document or the code says which parameters are open, it has been decided.
    """
    if binding.model.predict_params != "all" or not binding.model.infers_signature:
        return
    of_training = set(binding.training.inputs())
    shared = [name for name in sorted(binding.inference.inputs()) if is_parameter(name) and name in of_training]
    if not shared:
        return
    others = sorted(name for name in binding.inference.inputs() if name.startswith("params:") and name not in shared)
    decision = f"'[{', '.join(others)}]'" if others else "'none'"
    yield Diagnostic(
        "open-parameter",
        f"training uses {_listed(shared)} too, and a caller may set {'it' if len(shared) == 1 else 'them'} to what the "
        "model was not trained with",
        f"list what callers may set in 'model.predict_params', such as {decision}",
        Severity.WARNING,
        (binding.key, "inference"),
        on_key=True,
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"'{name}'" for name in names[:-1]), f"'{names[-1]}'"]))


def is_typed(value: Any) -> bool:
    """Tell whether MLflow can type a value as a parameter.

    This mirrors `mlflow.types.utils._infer_param_schema`, since importing MLflow takes longer than all checks;
    tests/kedro_bind/checks/test_parameters.py compares the two. An empty list, which MLflow takes for one of dates,
    tells of no type.
    """
    if isinstance(value, dict):
        return bool(value) and _fits(value, _type_of(value))
    if isinstance(value, list):
        kinds = {_kind(each) for each in value}
        return None not in kinds and (len(kinds) == 1 or kinds == {"int", "float"})
    return _kind(value) is not None


_ANY, _CLASH = "any", None
"""The types of a value that tells nothing of its type, and of values that have none in common.

A scalar's type is a word, a list's is a list of one, a mapping's is a mapping.
"""


def _kind(value: Any) -> str | None:
    if isinstance(value, dt.date):
        return "date"
    if isinstance(value, int) and not _LEAST <= value <= _MOST:
        return None
    return type(value).__name__ if isinstance(value, bool | int | float | str) else None


def _type_of(value: Any) -> Any:
    if value is None or value in ([], {}):
        return _ANY
    if isinstance(value, dict):
        named = all(isinstance(key, str) for key in value)
        return {key: _type_of(each) for key, each in value.items()} if named else _CLASH
    if isinstance(value, list):
        return [functools.reduce(_merged, map(_type_of, value))]
    return _CLASH if isinstance(value, dt.date) else _kind(value)


def _merged(one: Any, other: Any) -> Any:
    if _ANY in (one, other):
        return other if one == _ANY else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merged(one.get(key, _ANY), other.get(key, _ANY)) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(one[0], other[0])]
    return one if one == other else _CLASH


def _fits(value: Any, kind: Any, *, listed: bool = False) -> bool:
    if kind is _CLASH:
        return False
    if value is None:  # a key may be left out; in a list, MLflow takes it among these alone
        return not listed or kind in (_ANY, [_ANY], "float", "bool", "str")
    if isinstance(value, dict) and isinstance(kind, dict):
        return all(_fits(each, kind[key]) for key, each in value.items())
    if isinstance(value, list) and isinstance(kind, list):
        return all(_fits(each, kind[0], listed=True) for each in value)
    return kind == _ANY or not isinstance(value, dict | list)


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        culprit = next((key for key, each in value.items() if not is_typed({key: each})), None)
        inside = f" whose '{culprit}' is {_shown(value[culprit])}" if culprit is not None else ""
        return f"a mapping{inside}" if value else "an empty mapping"
    if isinstance(value, list):
        if not value:
            return "an empty list"
        mixed = len({type(each) for each in value}) > 1
        return "a list of mappings" if isinstance(value[0], dict) else f"a list{' of several types' if mixed else ''}"
    return f"of the type {type(value).__name__}"
