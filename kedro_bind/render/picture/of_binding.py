"""A binding as what a picture is of, as far as it could be resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from kedro_bind.binding.datasets import unwrapped
from kedro_bind.errors import LoggingError
from kedro_bind.packaging.declared_validators import declared_validators
from kedro_bind.packaging.references import function_reference
from kedro_bind.render.picture.of_model import short_type
from kedro_bind.render.picture.subject import (
    CarriedArtifact,
    CarriedParameter,
    DrawnEvaluation,
    Step,
    Subject,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

    from conf_schema import Diagnostic
    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.render.picture.subject import Facts

__all__ = ["subject_of_binding"]


def subject_of_binding(
    binding: ResolvedBinding, catalog: Any = None, findings: Iterable[Diagnostic] = (), place: str = ""
) -> Subject:
    """Return what the picture of a binding shows; without a catalog, types and values are left out.

    The binding may be one that is broken, with stand-ins for what could not be resolved.
    """
    return Subject(
        name=binding.label,
        place=place or "a binding that is not logged yet",
        input_name=binding.input_name,
        training_input=binding.training_input,
        training=_steps(binding.training),
        inference=_steps(binding.inference),
        evaluation=_evaluation(binding),
        artifacts=tuple(
            CarriedArtifact(name, source, _type(catalog, source)) for name, source in binding.artifact_sources.items()
        ),
        parameters=tuple(
            CarriedParameter(name, _value(catalog, name), settable=_is_settable(name, binding))
            for name in sorted(filter(is_parameter, binding.inference.inputs()))
        ),
        description=binding.model.description or "",
        notes=_notes(binding, catalog),
        facts=tuple(_facts(binding)),
        findings=tuple(findings),
    )


def _steps(pipeline: Pipeline) -> tuple[Step, ...]:
    return tuple(
        Step(node.name, _function(node), tuple(dict.fromkeys(node.inputs)), tuple(node.outputs))
        for node in pipeline.nodes
    )


def _evaluation(binding: ResolvedBinding) -> DrawnEvaluation | None:
    evaluation = binding.evaluation
    if evaluation is None:
        return None
    return DrawnEvaluation(evaluation.input_name, _steps(evaluation.pipeline), tuple(evaluation.metrics))


def _function(node: Node) -> str:
    reference = function_reference(node.func)
    return reference or f"{getattr(node.func, '__qualname__', type(node.func).__name__)}, which is pickled"


def _type(catalog: Any, name: str) -> str:
    """Return what the catalog calls the type of a dataset; nothing where it has none that can be made."""
    try:
        dataset = unwrapped(catalog.get(name, fallback_to_runtime_pattern=True))
    except Exception:  # noqa: BLE001 - the check has a finding about it
        return ""
    return short_type(f"{type(dataset).__module__}.{type(dataset).__qualname__}") if dataset is not None else ""


def _value(catalog: Any, name: str) -> str:
    try:
        return value_text(name, catalog.load(name))
    except Exception:  # noqa: BLE001 - the check has a finding about it
        return ""


def _is_settable(name: str, binding: ResolvedBinding) -> bool:
    settable = binding.model.predict_params
    return settable == "all" or (settable != "none" and bool({name, name.removeprefix("params:")} & set(settable)))


def _notes(binding: ResolvedBinding, catalog: Any) -> Mapping[str, Facts]:
    """Return what is worth saying of datasets: a copy mode that is not the default, and validators."""
    modes = {} if isinstance(binding.copy_mode, str) else binding.copy_mode
    notes: dict[str, Facts] = {
        name: (("copy mode", mode),) for name, mode in modes.items() if mode not in (None, "assign")
    }
    try:
        validators = declared_validators(binding, catalog) if catalog is not None else {}
    except LoggingError:
        validators = {}
    for name, validator in validators.items():
        text = f"{validator.type} ({', '.join(validator.modes)}, {validator.severity})"
        notes[name] = (*notes.get(name, ()), ("validator", text))
    return notes


def _facts(binding: ResolvedBinding) -> Iterator[tuple[str, str]]:
    model = binding.model
    yield "runner", binding.runner.type
    if isinstance(binding.copy_mode, str) and binding.copy_mode != "assign":
        yield "copy mode", binding.copy_mode
    if model.registered_model_name:
        aliases = f" as {', '.join(model.aliases)}" if model.aliases else ""
        yield "registered as", f"{model.registered_model_name}{aliases}"
    if model.promote_if:
        yield "promoted if", " and ".join(map(str, model.promote_if))
    if model.row_wise != "auto":
        yield "row-wise", str(model.row_wise).lower()
    if not model.verify:
        yield "verified", "no"
