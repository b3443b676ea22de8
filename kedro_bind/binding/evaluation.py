"""The evaluation of a binding: which nodes score its model, on which data, and which outputs are metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kedro.io.core import is_parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kedro.pipeline import Pipeline

    from conf_schema import EnvManager

__all__ = ["Evaluation"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a model is scored before it is promoted; see `conf_schema.EvaluationSelection` for what the options mean.

    `pipeline` takes the output of inference. `input_name` is the dataset that the model predicts; empty, it is that of
    the binding. Without `metrics`, every output that is a number or a mapping of numbers has metrics.
    """

    pipeline: Pipeline
    input_name: str = ""
    metrics: str | Sequence[str] = ()
    env_manager: EnvManager = "local"

    def __eq__(self, other: object) -> bool:
        """Compare nodes and options: Kedro compares pipelines by identity."""
        if not isinstance(other, Evaluation):
            return NotImplemented
        options = (self.input_name, tuple(self.metrics), self.env_manager)
        same = options == (other.input_name, tuple(other.metrics), other.env_manager)
        return same and set(self.pipeline.nodes) == set(other.pipeline.nodes)

    def __hash__(self) -> int:
        return hash((self.input_name, frozenset(self.pipeline.nodes)))

    def data_inputs(self, output_name: str) -> list[str]:
        """Return the datasets that the nodes load, besides the output of inference."""
        return sorted(name for name in self.pipeline.inputs() if not is_parameter(name) and name != output_name)
