"""The scores of one model: Kedro runs the evaluation nodes on its predictions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.io.core import is_parameter

from kedro_bind.errors import EvaluationError, LoggingError, causes_of
from kedro_bind.names import bare
from kedro_bind.packaging.parameter_hints import hints_of, in_force, value_in_force
from kedro_bind.process.quiet import quiet
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.metrics import metrics_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from kedro.pipeline.node import Node

    from kedro_bind.binding.evaluation import Evaluation
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["Scores", "score"]

logger = get_logger(__name__)


@dataclass(frozen=True)
class Scores:
    """The metrics of a model by name, and the figures that the evaluation nodes made, by dataset."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)


def score(binding: ResolvedBinding, predictions: Any, catalog: Any, *, stores: bool) -> Scores:
    """Run the evaluation nodes on some predictions.

    With `stores`, their outputs go through their catalog entries; otherwise they stay in memory, as those of a model
    that the predictions are only compared with.

    Raises:
        EvaluationError: data can't be loaded, a node fails, or what is listed as a metric is none.
    """
    from kedro.runner import SequentialRunner

    evaluation = binding.evaluation
    assert evaluation is not None
    output_name = next(iter(binding.inference.outputs()))
    observer = _Observer()
    with quiet("kedro", logging.ERROR):
        try:
            scored = _catalog(binding, evaluation, output_name, predictions, catalog, stores=stores)
            SequentialRunner().run(evaluation.pipeline, scored, observer)  # type: ignore[arg-type]  # see the class
        except Exception as error:
            raise _not_scored(error, observer.failed) from error
    return Scores(_metrics(evaluation, observer.outputs), _figures(observer.outputs))


class _Entry(AbstractDataset[Any, Any]):
    """An entry of the project's catalog, which loads and saves it in its own way, validators included."""

    def __init__(self, catalog: Any, name: str) -> None:
        self._catalog, self._name = catalog, name

    def load(self) -> Any:
        try:
            return self._catalog.load(self._name)
        except Exception as error:
            raise EvaluationError(
                f"'{self._name}' can't be loaded: {describe_error([*causes_of(error)][-1])}"
            ) from error

    def save(self, data: Any) -> None:
        self._catalog.save(self._name, data)

    def _exists(self) -> bool:
        return bool(self._catalog.exists(self._name))

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name}


class _Observer:
    """Stands for Kedro's hook manager: keeps what nodes return and which one failed, and answers nothing else."""

    def __init__(self) -> None:
        self.outputs: dict[str, Any] = {}
        self.failed = ""

    @property
    def hook(self) -> _Observer:
        return self

    def after_node_run(self, *, outputs: Mapping[str, Any], **_: Any) -> None:
        self.outputs.update(outputs)

    def on_node_error(self, *, node: Node, **_: Any) -> None:
        self.failed = node.name

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda **_: None


def _not_scored(error: Exception, node: str) -> EvaluationError:
    """Make the error of an evaluation that failed in a node, or in loading what a node takes."""
    causes = list(causes_of(error))
    for cause in causes:
        if isinstance(cause, EvaluationError):
            return cause
    where = f"the node '{node}' of the evaluation fails" if node else "it can't be scored"
    return EvaluationError(f"{where}: {type(causes[-1]).__name__}: {describe_error(causes[-1])}")


def _catalog(
    binding: ResolvedBinding, evaluation: Evaluation, output_name: str, predictions: Any, catalog: Any, *, stores: bool
) -> DataCatalog:
    pipeline = evaluation.pipeline
    types = in_force(hints_of(binding.training, binding.inference, pipeline))
    datasets: dict[str, Any] = {output_name: MemoryDataset(predictions)}
    for name in sorted(pipeline.inputs() - {output_name}):
        if is_parameter(name):
            datasets[name] = MemoryDataset(value_in_force(name, catalog, types))
        else:
            datasets[name] = _Entry(catalog, name)
    in_memory: dict[str, MemoryDataset] = {}
    for name in sorted(pipeline.all_outputs() | (pipeline.datasets() - pipeline.inputs())):
        if stores and name in catalog:
            datasets[name] = _Entry(catalog, name)
        else:  # the two names of a transcoded dataset are one in memory
            datasets[name] = in_memory.setdefault(bare(name), MemoryDataset())
    return DataCatalog(datasets=datasets)


def _metrics(evaluation: Evaluation, outputs: Mapping[str, Any]) -> dict[str, float]:
    listed = set(map(bare, evaluation.metrics))
    metrics: dict[str, float] = {}
    origin: dict[str, str] = {}
    for name in sorted(outputs):
        if listed and bare(name) not in listed:
            continue
        try:
            found = metrics_in(bare(name), outputs[name])
        except LoggingError as error:
            if listed:
                raise EvaluationError(error.message) from error
            if isinstance(outputs[name], Mapping):
                logger.warning("kedro_bind: '%s' is not logged as metrics: %s", name, error.message)
            continue
        for metric, value in found.items():
            if metric in metrics:
                raise EvaluationError(
                    f"the outputs '{origin[metric]}' and '{name}' of the evaluation both have a metric '{metric}'; "
                    "rename one, or list the outputs that are metrics in 'evaluation.metrics'"
                )
            metrics[metric], origin[metric] = value, name
    return metrics


def _figures(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Find the figures of matplotlib and plotly, without importing either."""
    kinds = ("matplotlib.figure", "plotly.graph_objs")
    return {name: value for name, value in outputs.items() if type(value).__module__.startswith(kinds)}
