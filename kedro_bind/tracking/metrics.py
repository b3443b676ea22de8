"""Log the numbers that training writes to the datasets of `model.metrics` as MLflow metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.names import bare
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kedro_bind.tracking.datasets import DescribedData

__all__ = ["ObservedMetrics", "log_metrics", "metrics_in"]

logger = get_logger(__name__)

_NOT_ALLOWED = re.compile(r"[^/\w.\- :]")


@dataclass
class ObservedMetrics:
    """The metrics of a run, read from data when it is saved, or from the catalog if that was not observed.

    `produced` are the datasets that the run produces: any other data is from an earlier run, and is ignored. With
    `None`, all data in the catalog is used.
    """

    produced: frozenset[str] | None = None
    _seen: dict[str, dict[str, float] | LoggingError] = field(default_factory=dict)

    def observe(self, dataset_name: str, data: Any) -> None:
        """Keep the metrics in data that a node has saved, or the error that they raise."""
        name = bare(dataset_name)
        try:
            self._seen[name] = metrics_in(name, data)
        except LoggingError as error:
            self._seen[name] = error

    def of(self, datasets: Iterable[str], catalog: Any) -> dict[str, float]:
        """Return the metrics in some datasets by name; a dataset that can't be read is left out, with a warning.

        Raises:
            LoggingError: a dataset contains anything but metrics, or two of them have a metric of the same name.
        """
        metrics: dict[str, float] = {}
        origin: dict[str, str] = {}
        for dataset in datasets:
            for name, value in self._read(dataset, catalog).items():
                if name in metrics:
                    raise LoggingError(
                        f"the datasets '{origin[name]}' and '{dataset}' of 'model.metrics' both have a metric "
                        f"'{name}'; rename one of the metrics, or list only one of the datasets"
                    )
                metrics[name], origin[name] = value, dataset
        return metrics

    def _read(self, dataset: str, catalog: Any) -> dict[str, float]:
        name = bare(dataset)
        seen = self._seen.get(name)
        if isinstance(seen, LoggingError):
            raise seen
        if seen is not None:
            return seen
        if self.produced is not None and name not in self.produced:
            _leave_out(dataset, "this run does not produce it")
            return {}
        try:
            data = catalog.load(dataset)
        except Exception as error:  # noqa: BLE001 - datasets raise anything
            _leave_out(dataset, f"it can't be loaded: {describe_error(error)}")
            return {}
        return metrics_in(name, data)


def metrics_in(dataset: str, data: Any) -> dict[str, float]:
    """Return the metrics in a dataset: a number is named after the dataset, the numbers of a mapping after its keys.

    Whether a value is a number is decided by MLflow.

    Raises:
        LoggingError: the data contains anything else, or two keys result in the same name.
    """
    leaves = _leaves(data) if isinstance(data, Mapping) else [(dataset, data)]
    metrics: dict[str, float] = {}
    for key, value in leaves:
        name = _NOT_ALLOWED.sub("_", key)
        if name in metrics:
            raise LoggingError(f"the dataset '{dataset}' has the metric '{name}' twice; rename one of the keys")
        number = _number(value)
        if number is None:
            place = f"'{key}' of the dataset '{dataset}'" if isinstance(data, Mapping) else f"the dataset '{dataset}'"
            raise LoggingError(
                f"{place} is of type {type(value).__name__}, which is not a metric; save a number, or a mapping of "
                "names to numbers, to a dataset of metrics"
            )
        metrics[name] = number
    return metrics


def log_metrics(
    metrics: Mapping[str, float],
    run_id: str,
    timestamp: int,
    model_id: str | None = None,
    dataset: DescribedData | None = None,
) -> None:
    """Log metrics to a run, and to one of its logged models, as those of a dataset if there is one.

    Logging them to the run again, with the same timestamp, changes nothing there; MLflow (3.17) can't log metrics to a
    model alone.
    """
    import mlflow
    from mlflow.entities import Metric

    about = {"dataset_name": dataset.name, "dataset_digest": dataset.digest} if dataset else {}
    logged = [
        Metric(name, value, timestamp, 0, model_id=model_id, run_id=run_id, **about) for name, value in metrics.items()
    ]
    if logged:
        mlflow.MlflowClient().log_batch(run_id, metrics=logged)


def _leave_out(dataset: str, reason: str) -> None:
    logger.warning("kedro_bind: the metrics in '%s' are not logged: %s", dataset, reason)


def _leaves(data: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _number(value: Any) -> float | None:
    from mlflow.exceptions import MlflowException
    from mlflow.tracking.metric_value_conversion_utils import convert_metric_value_to_float_if_possible

    try:
        number = convert_metric_value_to_float_if_possible(value)
    except (MlflowException, TypeError, ValueError):
        return None
    return number if type(number) is float else None  # a value that it can't convert is returned as it is
