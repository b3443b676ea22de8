"""Whether training can read and write its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kedro.io import MemoryDataset
from kedro.io.core import is_parameter

from conf_schema import Diagnostic, Severity, did_you_mean
from kedro_bind.binding.datasets import unwrapped
from kedro_bind.checks.catalog_entries import FIX_ENTRY, dataset_names, invalid_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["training_entry_problems"]


def training_entry_problems(binding: ResolvedBinding, catalog: Any) -> Iterator[Diagnostic]:
    """Find datasets that training can't read or write; the artifacts have a rule of their own."""
    path = (binding.key, "training")
    inputs = binding.training.inputs()
    others = binding.training.datasets() - set(binding.artifact_sources.values())
    for name in sorted(dataset for dataset in others if not is_parameter(dataset)):
        try:
            dataset = unwrapped(catalog.get(name)) if name in catalog else None
        except Exception as error:  # noqa: BLE001 - datasets raise anything, and their packages may be missing
            yield Diagnostic(
                "bad-catalog-entry",
                f"training uses '{name}', but {invalid_entry(error)}",
                FIX_ENTRY,
                path=path,
                on_key=True,
            )
            continue
        empty = isinstance(dataset, MemoryDataset) and not dataset.exists()
        if name in inputs and (dataset is None or empty):
            problem = "its catalog entry is an empty MemoryDataset" if empty else "the catalog has no entry for it"
            similar = "" if empty else did_you_mean(name, dataset_names(catalog))
            # Only a warning: a hook of the project may provide it when the run begins.
            yield Diagnostic(
                "not-supplied",
                f"training reads '{name}', which none of its nodes produces, but {problem}",
                similar or "add an entry of a type that is stored, or let a hook provide it",
                Severity.WARNING,
                path,
                on_key=True,
            )
