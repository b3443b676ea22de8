"""Whether a run will have a sample of the input that a caller provides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io import MemoryDataset
from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity
from kedro_bind.binding.datasets import unwrapped
from kedro_bind.names import bare, namesake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["sample_problems"]


def sample_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find an input that is neither a dataset of training nor can be loaded.

    Signature, example and verification need a sample of it; where they are declared or switched off, nothing does.
    """
    name, model = binding.training_input, binding.model
    datasets = {dataset for dataset in binding.training.datasets() if not is_parameter(dataset)}
    unneeded = not model.infers_signature and not model.verify
    if unneeded or bare(name) in set(map(bare, datasets)) or _may_be_loaded(name, catalog):
        return
    twin = namesake(name, datasets)
    remedy = f"'training: {{input_name: {twin}}}'" if twin else "'training.input_name'"
    yield Diagnostic(
        "no-sample",
        f"'{name}' is not a dataset of training, and the catalog can't load it, so the model gets no signature and no "
        "example, and is not verified",
        f"name the corresponding training dataset with {remedy}, or add a catalog entry for '{name}'",
        Severity.WARNING,
        (binding.key, "input_name"),
    )


def _may_be_loaded(name: str, catalog: Any) -> bool:
    if name not in catalog:
        return False
    try:
        dataset = unwrapped(catalog.get(name))
    except Exception:  # noqa: BLE001 - another rule finds an invalid catalog entry
        return True
    return not isinstance(dataset, MemoryDataset) or bool(dataset.exists())
