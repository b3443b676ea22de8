"""Whether a sample of what a caller supplies can be had, before there is one."""

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

__all__ = ["input_problems"]


def input_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find an input that neither passes by in training nor can be loaded; paths start at the binding's name.

    The signature, the example and the verification come from it. Where all are given or switched off, none is needed.
    """
    name, model = binding.training_input, binding.model
    datasets = {each for each in binding.training.datasets() if not is_parameter(each)}
    needless = not model.infers_signature and not model.verify
    if needless or bare(name) in {bare(each) for each in datasets} or _may_be_loaded(name, catalog):
        return
    twin = namesake(name, datasets)
    remedy = f"'training: {{input_name: {twin}}}'" if twin else "'training.input_name'"
    yield Diagnostic(
        "no-sample",
        f"'{name}' is not a dataset of training, and the catalog can't load it, so the model gets no signature and no "
        "example, and is not verified",
        f"name the dataset of training that is the same with {remedy}, or add a catalog entry for '{name}'",
        Severity.WARNING,
        (binding.key, "input_name"),
    )


def _may_be_loaded(name: str, catalog: Any) -> bool:
    if name not in catalog:
        return False
    try:
        dataset = unwrapped(catalog.get(name))
    except Exception:  # noqa: BLE001 - a catalog entry that is invalid is another rule's finding
        return True
    return not isinstance(dataset, MemoryDataset) or bool(dataset.exists())
