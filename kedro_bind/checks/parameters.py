"""The parameters of a binding: which have no value, which are credentials, and which a caller could set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity, did_you_mean
from kedro_bind.checks.parameter_typing import described, is_typed
from kedro_bind.names import namesake
from kedro_bind.packaging.parameter_hints import in_force, loadable, value_in_force
from kedro_bind.packaging.planned_parameters import plain
from kedro_bind.redaction import secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.packaging.parameter_hints import Hint

__all__ = ["missing_parameters", "open_parameters", "secret_parameters", "signature_parameter_problems"]


def missing_parameters(
    part: Literal["training", "inference"], binding: ResolvedBinding, catalog: Any, hints: Sequence[Hint]
) -> Iterator[Diagnostic]:
    """Find parameters that the nodes of one part take and that have no value."""
    pipeline, types = getattr(binding, part), in_force(hints)
    existing = [name for name in catalog if is_parameter(name)]
    for parameter in sorted(filter(is_parameter, pipeline.inputs())):
        if loadable(parameter, catalog, types):
            continue
        users = [node.name for node in pipeline.nodes if parameter in node.inputs]
        twin = namesake(parameter, existing)
        hint = did_you_mean(parameter, existing) or "add it to parameters.yml"
        if twin:
            hint = f"add it to parameters.yml, or map it to '{twin}' with 'parameters' of Kedro's pipeline()"
        yield Diagnostic(
            "unknown-parameter",
            f"{part} needs '{parameter}' (node{'s' * (len(users) > 1)} {', '.join(users)}), which does not exist",
            hint,
            path=(binding.key, part),
            on_key=True,
        )


def secret_parameters(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find inference parameters that look like credentials: their values would become part of the model."""
    for parameter in sorted(filter(is_parameter, binding.inference.inputs())):
        try:
            value = plain(catalog.get(parameter).load()) if parameter in catalog else None
        except Exception:  # noqa: BLE001, S112 - another rule finds a parameter without a value
            continue
        if found := secrets_in(parameter.removeprefix("params:"), value):
            yield Diagnostic(
                "credentials-captured",
                f"the inference parameter '{parameter}' contains credentials ({', '.join(found)}), which would become "
                "part of the model",
                "let the node read them from environment variables, or rename what is not a credential",
                path=(binding.key, "inference"),
                on_key=True,
            )


def signature_parameter_problems(binding: ResolvedBinding, catalog: Any, hints: Sequence[Hint]) -> Iterator[Diagnostic]:
    """Find inference parameters that can't be part of the model's signature."""
    requested = binding.model.predict_params
    if requested == "none" or not binding.model.infers_signature:
        return
    types = in_force(hints)
    places = None if isinstance(requested, str) else {name: index for index, name in enumerate(requested)}
    for name in sorted(filter(is_parameter, binding.inference.inputs())):
        index = None if places is None else places.get(name, places.get(name.removeprefix("params:")))
        if not loadable(name, catalog, types) or (places is not None and index is None):
            continue
        try:
            value = plain(value_in_force(name, catalog, types))
        except Exception:  # noqa: BLE001, S112 - another rule finds a parameter without a value
            continue
        if not is_typed(value):
            place = ("inference",) if index is None else ("model", "predict_params", index)
            yield Diagnostic(
                "bad-parameter",
                f"MLflow has no type for the parameter '{name}' ({described(value)}), so a caller can't set it",
                "use a number, a string, a boolean, a list of one of these types, or a mapping; "
                "or leave it out of 'model.predict_params'",
                Severity.WARNING,
                (binding.key, *place),
                on_key=index is None,
            )


def open_parameters(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find parameters that a caller may change although training used them.

    A list of features is an example: a request that changes it asks the model for columns that it was not fitted on.
    Where the document or the code lists the parameters that callers may set, that is a decision, and no finding.
    """
    if binding.model.predict_params != "all" or not binding.model.infers_signature:
        return
    of_training = set(binding.training.inputs())
    shared = [name for name in sorted(binding.inference.inputs()) if is_parameter(name) and name in of_training]
    if not shared:
        return
    others = sorted(name for name in binding.inference.inputs() if name.startswith("params:") and name not in shared)
    hint = "set 'model.predict_params' to 'none', or list the parameters that callers may set"
    if others:
        choice = f"[{', '.join(others)}]"
        hint = f"list the parameters that callers may set in 'model.predict_params', such as '{choice}'"
    values = "it to a value" if len(shared) == 1 else "them to values"
    yield Diagnostic(
        "open-parameter",
        f"training uses {_listed(shared)} too, so a caller could set {values} that the model was not trained with",
        hint,
        Severity.WARNING,
        (binding.key, "inference"),
        on_key=True,
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"'{name}'" for name in names[:-1]), f"'{names[-1]}'"]))
