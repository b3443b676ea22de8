"""Whether the validators that the catalog declares can run, and travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic
from kedro_bind.model.declared_validators import has_credentials, sources_of, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["validator_code", "validator_problems"]


def validator_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find validators that can't be made, or that the model can't have; paths start at the binding's name."""
    name = binding.key
    of_model = {*binding.inference.datasets(), *sources_of(binding).values()}
    for dataset in sorted({*binding.training.datasets(), *of_model}):
        spec = None if is_parameter(dataset) else _spec_of(dataset, catalog)
        if spec is None:
            continue
        path = (name, "inference" if dataset in of_model else "training")
        if dataset in of_model and binding.model.validators and has_credentials(spec.options):
            yield Diagnostic(
                "credentials-in-catalog",
                f"the validator of '{dataset}' uses credentials, which a model can't have",
                "set 'validators: false' in 'model', or let the validator do without them",
                path=path,
                on_key=True,
            )
        yield from _unusable(dataset, spec, path)


def validator_code(binding: ResolvedBinding, catalog: Any) -> Iterator[tuple[str, str]]:
    """Find what validators of the model need to travel with it: what it is, and its module."""
    if not binding.model.validators:
        return
    sources = sources_of(binding)
    for dataset in sorted(each for each in binding.inference.datasets() if not is_parameter(each)):
        spec = _spec_of(dataset, catalog) or _spec_of(sources.get(dataset, dataset), catalog)
        if spec is not None:
            yield f"the validator of '{dataset}'", spec.class_path.rpartition(".")[0]


def _said(error: Exception) -> str:
    """Return the reason, without Kedro's advice."""
    reason = error.__cause__ or error
    return " ".join(str(reason).split()).rstrip(".") or type(reason).__name__


def _spec_of(dataset: str, catalog: Any) -> Any:
    try:
        return spec_of(dataset, catalog)
    except Exception:  # noqa: BLE001 - a catalog entry that is invalid is another rule's finding
        return None


def _unusable(dataset: str, spec: Any, path: KeyPath) -> Iterator[Diagnostic]:
    from kedro.validation import resolve_validator

    try:
        resolve_validator(spec)
    except Exception as error:  # noqa: BLE001 - importing runs the project's code
        yield Diagnostic(
            "bad-validator",
            f"the validator {spec.class_path} of '{dataset}' can't be used: {_said(error)}",
            "correct the catalog entry, or install what it needs",
            path=path,
            on_key=True,
        )
