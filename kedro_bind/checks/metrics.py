"""Whether training produces the datasets of `model.metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.io.core import is_parameter

from conf_schema import Diagnostic, did_you_mean
from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conf_schema import KeyPath
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["metric_problems"]


def metric_problems(binding: ResolvedBinding) -> Iterator[Diagnostic]:
    """Find datasets that training does not produce, and those that are listed twice."""
    seen: set[str] = set()
    for index, dataset in enumerate(binding.model.metrics):
        path: KeyPath = (binding.key, "model", "metrics", index)
        name = bare(dataset)
        if name in seen:
            yield Diagnostic(
                "duplicate-metric",
                f"'model.metrics' lists '{dataset}' twice, so its metrics would be logged twice",
                "remove one of the two",
                path=path,
            )
        elif name not in binding.fitted:
            problem = "is a parameter" if is_parameter(name) else "is not an output of training"
            outputs = sorted(binding.fitted)
            yield Diagnostic(
                "unknown-dataset",
                f"'{dataset}' {problem}, so training writes no metrics to it",
                did_you_mean(dataset, outputs) or f"the outputs of training are {', '.join(outputs)}",
                path=path,
            )
        seen.add(name)
