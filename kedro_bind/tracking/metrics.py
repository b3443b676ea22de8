"""The metrics of models: read from the datasets of `model.metrics`, and logged to MLflow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.names import bare
from kedro_bind.redaction import get_logger
from kedro_bind.store_errors import describe_error
from kedro_bind.tracking.logged_models import latest_metrics, models_of_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from kedro_bind.tracking.datasets import DescribedData

__all__ = ["MOST_CHARACTERS", "ObservedMetrics", "RunMetrics", "metrics_in", "metrics_of_run", "metrics_of_version"]

logger = get_logger(__name__)

MOST_CHARACTERS = 250
"""MLflow's limit for the name of a metric; tests/integration/test_private_mlflow.py compares the two."""
_NOT_ALLOWED = re.compile(r"[^/\w.\- :]")
_MODEL_SOURCE = re.compile(r"models:/(m-\w+)$")


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


@dataclass
class RunMetrics:
    """Logs the metrics of bindings to one MLflow run, and to the models of that run.

    Metrics of the same name of several bindings are logged to the run as `<binding>.<metric>` too, those of each
    binding: the plain name has the value that was logged last, since MLflow (3.17) can't log metrics to a model alone.
    """

    run_id: str

    def log(
        self,
        binding: str,
        metrics: Mapping[str, float],
        timestamp: int,
        model_id: str | None = None,
        dataset: DescribedData | None = None,
    ) -> None:
        """Log metrics of a binding to the run, and to its model if there is one, as those of a dataset if there is one.

        Logging them to the run again, with the same timestamp, changes nothing there.
        """
        about = {"dataset_name": dataset.name, "dataset_digest": dataset.digest} if dataset else {}
        self._log(metrics, timestamp, model_id=model_id, **about)
        for name, value in metrics.items():
            self._values.setdefault(name, {})[binding] = value
        shared = {
            _name_in_run(owner, name): value
            for name in metrics
            for owner, value in self._values[name].items()
            if len(self._values[name]) > 1
        }
        problems = {name: "the run has another metric of that name" for name in shared if name in self._values}
        problems |= {name: "the name is too long" for name in shared if len(name) > MOST_CHARACTERS}
        for name, problem in problems.items():
            logger.warning("kedro_bind: '%s' is not logged to the MLflow run: %s", name, problem)
        self._log({name: value for name, value in shared.items() if name not in problems}, timestamp)

    @cached_property
    def _values(self) -> dict[str, dict[str, float]]:
        """The values of each metric by binding, those of models that the run has already included.

        MLflow (3.17) copies to each new model what its run has by then: those metrics are of an older model, or they
        are the ones that are logged here as `<binding>.<metric>`.
        """
        values: dict[str, dict[str, float]] = {}
        seen: set[tuple[str, int, float]] = set()
        for model in reversed(models_of_run(self.run_id)):
            binding = model.tags.get("kedro_bind.binding")
            for metric in latest_metrics(model):
                logged = (metric.key, metric.timestamp, metric.value)
                if binding and logged not in seen:
                    values.setdefault(metric.key, {})[binding] = metric.value
                seen.add(logged)
        shared = {_name_in_run(binding, name) for name, owners in values.items() for binding in owners}
        return {name: owners for name, owners in values.items() if name not in shared}

    def _log(self, metrics: Mapping[str, float], timestamp: int, **about: Any) -> None:
        import mlflow
        from mlflow.entities import Metric

        logged = [Metric(name, value, timestamp, 0, run_id=self.run_id, **about) for name, value in metrics.items()]
        if logged:
            mlflow.MlflowClient().log_batch(self.run_id, metrics=logged)


def metrics_of_run(client: MlflowClient, run_id: str | None, model_id: str | None) -> dict[str, float]:
    """Return the metrics of a run, and for those that one of its models has as well, the values of the model.

    Where the models of several bindings have a metric of the same name, their run has the value that was logged last.
    A run or a model that is not there any more has no metrics.
    """
    run = _if_there(client.get_run, run_id)
    model = _if_there(client.get_logged_model, model_id)
    of_model = {} if model is None else {metric.key: metric.value for metric in latest_metrics(model)}
    return {**({} if run is None else run.data.metrics), **of_model}


def metrics_of_version(client: MlflowClient, version: ModelVersion) -> dict[str, float]:
    """Return the metrics of the run and the model that a registered version is of."""
    in_source = _MODEL_SOURCE.match(version.source or "")  # a SQL store keeps the model's id there alone
    return metrics_of_run(client, version.run_id, version.model_id or (in_source and in_source[1]))


def _if_there(get: Callable[[str], Any], key: str | None) -> Any:
    from mlflow.exceptions import MlflowException

    if not key:
        return None
    try:
        return get(key)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


def _name_in_run(binding: str, metric: str) -> str:
    """Return the name of a metric that several bindings of a run have."""
    return f"{_NOT_ALLOWED.sub('_', binding)}.{metric}"


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
