"""Turn the parameters of a run into the plain values and types of a plan."""

from __future__ import annotations

import dataclasses
import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, TypeAdapter

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import ParameterType
from kedro_bind.model.typed_parameters import DeclaredType, RejectedParameter, key_of, typed_value
from kedro_bind.packaging.credentials import refuse_credentials
from kedro_bind.packaging.parameter_hints import in_force, value_in_force
from kedro_bind.packaging.plain_values import require_plain, survives_yaml
from kedro_bind.packaging.references import function_reference
from kedro_bind.redaction import secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro_bind.packaging.parameter_hints import Hint

__all__ = ["PlannedParameters", "plain", "planned_parameters"]


@dataclass
class PlannedParameters:
    """Parameters by name as plain values, and their types by key."""

    parameters: dict[str, Any] = field(default_factory=dict)
    types: dict[str, ParameterType] = field(default_factory=dict)


def planned_parameters(
    names: Iterable[str], catalog: Any, hints: Iterable[Hint], *, pickled: bool = False
) -> PlannedParameters:
    """Return parameters as a plan keeps them; a plan that is `pickled` keeps any other object too.

    Raises:
        LoggingError: a type rejects its value or can't be imported by name, the plan can't keep a value, or a value
            contains credentials.
    """
    types = in_force(hints)
    result = PlannedParameters()
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
        secrets = secrets_in(name.removeprefix("params:"), kept)
        refuse_credentials(
            f"the inference parameter '{name}'", secrets, "let the node read them from environment variables"
        )
        result.parameters[name] = kept
        result.types |= found
    return result


def plain(value: Any) -> Any:
    """Return a value with mappings of fields in place of typed objects."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    return next(_candidates(value)) if _is_typed(value) else value


def _plain(value: Any, key: str, types: Mapping[str, DeclaredType], found: dict[str, ParameterType]) -> Any:
    """Return a value with plain values in place of typed objects, and add their types to `found`."""
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
        return {
            name: _plain(member, f"{key}.{name}" if key else str(name), types, found) for name, member in value.items()
        }
    return value


def _made_from(value: Any, key: str) -> Any:
    """Return a plain value from which the type makes an equal object."""
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
    """Yield the plain values that may make the same object again; the first has only the fields that were set."""
    if isinstance(value, BaseModel):
        form: dict[str, Any] = {"exclude_unset": True, "round_trip": True, "warnings": False}
        for mode in ("python", "json"):
            yield value.model_dump(mode=mode, by_alias=True, **form)
            yield value.model_dump(mode=mode, by_alias=False, **form)
        return
    fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value) if item.init}
    adapter = TypeAdapter(type(value)) if hasattr(value, "__pydantic_validator__") else None
    if adapter is None:
        yield {name: plain(member) for name, member in fields.items()}
        return
    modes: tuple[Literal["python", "json"], ...] = ("python", "json")
    for mode in modes:
        dumped = adapter.dump_python(value, mode=mode, round_trip=True, warnings=False)
        yield {name: member for name, member in dumped.items() if name in fields}


def _is_typed(value: Any) -> bool:
    if importlib.util.find_spec("kedro.validation") is None:  # before Kedro 1.3
        return False
    return isinstance(value, BaseModel) or (dataclasses.is_dataclass(value) and not isinstance(value, type))


def _equal(one: Any, other: Any) -> bool:
    """Return whether two objects of one type are equal, by their fields if the type does not define equality."""
    return bool(one == other) or (hasattr(one, "__dict__") and bool(vars(one) == vars(other)))
