"""The inference input that a caller supplies, where `input_name` does not name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.io.core import is_parameter

from conf_schema import Diagnostic
from kedro_bind.names import bare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.pipeline import Pipeline

__all__ = ["input_candidates", "no_input_name"]


def input_candidates(training: Pipeline, inference: Pipeline, artifacts: Mapping[str, str]) -> list[str]:
    """Find the inference inputs that a caller may supply: those that neither training nor a parameter provides."""
    produced = {bare(output) for output in training.all_outputs()}
    return sorted(
        name
        for name in inference.inputs()
        if not is_parameter(name) and bare(name) not in produced and name not in artifacts
    )


def no_input_name(training: Pipeline, inference: Pipeline, artifacts: Mapping[str, str]) -> Diagnostic:
    """Return the finding about a missing `input_name` that can't be inferred."""
    data_inputs = sorted(name for name in inference.inputs() if not is_parameter(name))
    candidates = input_candidates(training, inference, artifacts)
    if candidates:
        why = f"training produces none of the inference inputs {_quoted(candidates)}, and a caller supplies only one"
    elif data_inputs:
        why = f"training or 'artifacts' provides all inference inputs: {_quoted(data_inputs)}"
    else:
        why = "all inputs of the inference pipeline are parameters"
    return Diagnostic(
        "missing-key",
        f"the key 'input_name' is missing, and it can't be inferred: {why}",
        "name the inference input that a caller supplies: 'input_name: …'",
        path=("input_name",),
    )


def _quoted(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(f"'{name}'" for name in names[:-1]), f"'{names[-1]}'"]))
