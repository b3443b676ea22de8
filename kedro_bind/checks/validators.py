"""Whether the validators that the catalog declares can be used, and be part of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io.core import is_parameter

from conf_schema import Diagnostic
from kedro_bind.packaging.declared_validators import has_credentials, sources_of, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["validator_code", "validator_problems"]


def validator_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find validators that can't be created, and those that can't be part of the model."""
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
                f"the validator of '{dataset}' uses credentials, which must not become part of a model",
                "set 'validators: false' in 'model', or configure the validator without credentials",
                path=path,
                on_key=True,
            )
        yield from _unusable(dataset, spec, path)


def validator_code(binding: ResolvedBinding, catalog: Any) -> Iterator[tuple[str, str]]:
    """Yield the code of the model's validators, as pairs of a description and a module."""
    if not binding.model.validators:
        return
    sources = sources_of(binding)
    for dataset in sorted(name for name in binding.inference.datasets() if not is_parameter(name)):
        spec = _spec_of(dataset, catalog) or _spec_of(sources.get(dataset, dataset), catalog)
        if spec is not None:
            yield f"the validator of '{dataset}'", spec.class_path.rpartition(".")[0]


def _reason(error: Exception) -> str:
    """Return the text of the cause: Kedro wraps it in advice."""
    cause = error.__cause__ or error
    return " ".join(str(cause).split()).rstrip(".") or type(cause).__name__


def _spec_of(dataset: str, catalog: Any) -> Any:
    try:
        return spec_of(dataset, catalog)
    except Exception:  # noqa: BLE001 - another rule finds an invalid catalog entry
        return None


def _unusable(dataset: str, spec: Any, path: KeyPath) -> Iterator[Diagnostic]:
    from kedro.validation import resolve_validator

    try:
        resolve_validator(spec)
    except Exception as error:  # noqa: BLE001 - importing runs the project's code
        yield Diagnostic(
            "bad-validator",
            f"the validator {spec.class_path} of '{dataset}' can't be used: {_reason(error)}",
            "fix the catalog entry, or install the package that it needs",
            path=path,
            on_key=True,
        )
