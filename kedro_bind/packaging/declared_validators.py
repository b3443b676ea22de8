"""Find the validators that a catalog declares (Kedro 1.7 and later), for a plan: plain data without credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import ValidatorPlan
from kedro_bind.model.validation_switch import switched_off
from kedro_bind.names import bare
from kedro_bind.packaging.plain_values import require_plain
from kedro_bind.redaction import secrets_in

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["declared_validators", "has_credentials", "incoming", "sources_of", "spec_of", "validates_input"]


def declared_validators(binding: ResolvedBinding, catalog: Any) -> dict[str, ValidatorPlan]:
    """Return the validators of the inference pipeline's datasets, with the modes in which they run.

    A dataset that has another name in training has the validator of that one, unless it has one of its own.

    Raises:
        LoggingError: one has an argument that is not a plain value, or uses credentials.
    """
    if not binding.model.validators:
        return {}
    found, sources = {}, sources_of(binding)
    for name in sorted(name for name in binding.inference.datasets() if not is_parameter(name)):
        spec = spec_of(name, catalog) or spec_of(sources.get(name, name), catalog)
        modes = _modes(spec, name, binding.inference) if spec is not None else []
        if not modes:
            continue
        if has_credentials(spec.options):
            raise LoggingError(
                f"the validator of '{name}' uses credentials, which a model can't have"
                "; set 'validators: false' in 'model', or write the validator without them"
            )
        require_plain(f"the options of the validator of '{name}'", spec.options)
        found[name] = ValidatorPlan(type=spec.class_path, modes=modes, severity=spec.severity, options=spec.options)
    return found


def sources_of(binding: ResolvedBinding) -> dict[str, str]:
    """Return the training dataset for each inference input that is an artifact or the model's input."""
    return {**binding.artifact_sources, binding.input_name: binding.training_input}


def validates_input(binding: ResolvedBinding, catalog: Any) -> bool:
    """Return whether the model validates its input in load mode, so that nodes may see other data than was sent."""
    if not binding.model.validators:
        return False
    spec = spec_of(binding.input_name, catalog) or spec_of(binding.training_input, catalog)
    return spec is not None and "load" in spec.on


def incoming(binding: ResolvedBinding, catalog: Any) -> Any:
    """Load the model's input as a caller supplies it: before a validator, which may change it."""
    if validates_input(binding, catalog):
        return catalog.get(binding.training_input).load()
    return catalog.load(binding.training_input)


def spec_of(name: str, catalog: Any) -> Any:
    """Return the validator that the catalog declares for a dataset and applies; `None` if there is none."""
    if not getattr(catalog, "validation_enabled", False) or switched_off() or name not in catalog:
        return None
    catalog.get(name)  # makes a dataset of a factory known
    spec = catalog.validator_specs.get(name)
    return spec if spec is not None and spec.enabled else None


def has_credentials(options: Any) -> bool:
    """Return whether there are credentials, or a key `credentials`, which Kedro replaces by them, at any depth."""
    return bool(secrets_in("options", options)) or _has_key(options)


def _has_key(options: Any) -> bool:
    return isinstance(options, dict) and ("credentials" in options or any(map(_has_key, options.values())))


def _modes(spec: Any, name: str, inference: Pipeline) -> list[Any]:
    """Return the modes in which a run of the inference pipeline validates a dataset."""
    saved = bare(name) in {bare(output) for output in inference.all_outputs()}
    loaded = name in {source for node in inference.nodes for source in node.inputs}
    modes = [mode for mode, used in (("load", loaded), ("save", saved)) if used and mode in spec.on]
    return ["save"] if "save" in modes and spec.skip_load_after_save else modes
