"""Metrics out of what a dataset holds, judged as MLflow judges numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import partial

import mlflow
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset

from kedro_bind import KedroBindError
from kedro_bind.tracking.metrics import ObservedMetrics, RunMetrics, metrics_in, metrics_of_run

NUMBERS = [
    0.5,
    3,
    True,
    Decimal("0.25"),
    Fraction(1, 4),
    np.float32(0.5),
    np.int64(7),
    np.bool_(1),
    np.array([0.5]),
    "2",
]
"""What MLflow takes for a number."""
OTHERS = [None, "high", [0.5], (1.0,), np.array([1.0, 2.0]), 1j, pd.DataFrame({"a": [1.0, 2.0]}), {1.0}]


def test_a_number_is_named_after_its_dataset_and_a_mapping_gives_its_own_keys():
    assert metrics_in("accuracy", 0.5) == {"accuracy": 0.5}
    assert metrics_in("scores", {"mae": 1.5, "folds": {"first": 1, "second": {"r2": 0.25}}, 7: 2}) == {
        "mae": 1.5,
        "folds.first": 1.0,
        "folds.second.r2": 0.25,
        "7": 2.0,
    }
    assert metrics_in("scores", {}) == {}


def test_a_name_that_mlflow_does_not_allow_is_changed_like_that_of_a_parameter():
    assert metrics_in("scores", {"f1@5": 1.0, "gain (%)": 2.0}) == {"f1_5": 1.0, "gain ___": 2.0}


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_a_number_is_what_mlflow_accepts_as_one(value, store):
    mlflow.set_tracking_uri(store)
    with mlflow.start_run() as run:
        mlflow.log_metric("it", value)
    logged = mlflow.get_run(run.info.run_id).data.metrics
    assert metrics_in("it", value) == logged


@pytest.mark.parametrize("value", OTHERS, ids=lambda value: type(value).__name__)
def test_anything_else_is_refused_by_name(value):
    with pytest.raises(KedroBindError, match=f"'a.b' of the dataset 'scores' is of type {type(value).__name__}"):
        metrics_in("scores", {"a": {"b": value}})
    with pytest.raises(KedroBindError, match="the dataset 'scores' is of type"):
        metrics_in("scores", value)


def test_not_a_number_and_infinity_are_numbers_as_for_mlflow():
    found = metrics_in("scores", {"nan": math.nan, "most": math.inf})
    assert math.isnan(found["nan"])
    assert found["most"] == math.inf


def test_two_metrics_of_one_name_are_an_error():
    with pytest.raises(KedroBindError, match=r"'scores' has the metric 'a\.b' twice"):
        metrics_in("scores", {"a.b": 1, "a": {"b": 2}})
    observed = ObservedMetrics()
    observed.observe("scores", {"mae": 1.0})
    observed.observe("mae", 2.0)
    with pytest.raises(KedroBindError, match=r"'scores' and 'mae' of .* both have a metric 'mae'"):
        observed.of(["scores", "mae"], DataCatalog())


def test_invalid_metrics_stop_logging_but_not_training():
    observed = ObservedMetrics()
    observed.observe("scores", [1, 2])
    with pytest.raises(KedroBindError, match="'scores' is of type list"):
        observed.of(["scores"], DataCatalog())


def test_metrics_are_read_when_data_is_saved():
    observed = ObservedMetrics()
    scores = {"mae": 1.0}
    observed.observe("scores@json", scores)
    scores["mae"] = 9.0
    assert observed.of(["scores"], DataCatalog()) == {"mae": 1.0}


def test_data_that_was_not_observed_is_read_from_the_catalog_unless_it_is_from_another_run(messages):
    catalog = DataCatalog({"scores": MemoryDataset({"mae": 1.0}), "empty": MemoryDataset()})
    assert ObservedMetrics().of(["scores"], catalog) == {"mae": 1.0}
    assert ObservedMetrics(produced=frozenset({"scores"})).of(["scores"], catalog) == {"mae": 1.0}
    assert ObservedMetrics(produced=frozenset()).of(["scores"], catalog) == {}
    assert ObservedMetrics().of(["empty", "nowhere"], catalog) == {}
    assert [line.split(":")[1].strip() for line in messages] == [
        "the metrics in 'scores' are not logged",
        "the metrics in 'empty' are not logged",
        "the metrics in 'nowhere' are not logged",
    ]


@pytest.fixture
def run(store):
    mlflow.set_tracking_uri(store)
    with mlflow.start_run() as run:
        yield run


def logged_in(run):
    return mlflow.get_run(run.info.run_id).data.metrics


def log_model(metrics, binding, timestamp, **values):
    """Log metrics and a model as the end of a bound run does; return what the metrics of the model are to a judge."""
    metrics.log(binding, values, timestamp)
    model = mlflow.initialize_logged_model(name=binding, tags={"kedro_bind.binding": binding})
    metrics.log(binding, values, timestamp, model.model_id)
    return partial(metrics_of_run, mlflow.MlflowClient(), metrics.run_id, model.model_id)


def test_a_run_that_is_resumed_knows_the_metrics_of_the_models_that_it_has(run):
    log_model(RunMetrics(run.info.run_id), "churn", 1, accuracy=0.5, rows=3.0)
    log_model(RunMetrics(run.info.run_id), "churn", 2, accuracy=0.6)
    assert logged_in(run) == {"accuracy": 0.6, "rows": 3.0}
    log_model(RunMetrics(run.info.run_id), "late", 3, accuracy=0.9)
    assert logged_in(run) == {"accuracy": 0.9, "rows": 3.0, "churn.accuracy": 0.6, "late.accuracy": 0.9}


def test_a_model_that_is_logged_again_has_new_metrics_among_those_of_several(run, messages):
    metrics = RunMetrics(run.info.run_id)
    for timestamp, binding in enumerate("abc", start=1):
        log_model(metrics, binding, timestamp, accuracy=timestamp / 10)
    again = log_model(RunMetrics(run.info.run_id), "a", 10, accuracy=0.9)
    assert logged_in(run) == {"accuracy": 0.9, "a.accuracy": 0.9, "b.accuracy": 0.2, "c.accuracy": 0.3}
    assert again()["accuracy"] == 0.9
    assert messages == []


def test_each_model_of_a_run_has_its_own_metrics(run):
    metrics = RunMetrics(run.info.run_id)
    models = [log_model(metrics, binding, number, accuracy=float(number)) for number, binding in enumerate("abc")]
    assert [of_model()["accuracy"] for of_model in models] == [0.0, 1.0, 2.0]


def test_a_metric_that_has_the_name_already_stays(run, messages):
    metrics = RunMetrics(run.info.run_id)
    metrics.log("churn", {"accuracy": 0.5, "late.accuracy": 0.1, "a" * 248: 1.0}, 1)
    metrics.log("late", {"accuracy": 0.9, "a" * 248: 2.0}, 2)
    assert logged_in(run) == {"accuracy": 0.9, "late.accuracy": 0.1, "churn.accuracy": 0.5, "a" * 248: 2.0}
    assert messages[0] == (
        "kedro_bind: 'late.accuracy' is not logged to the MLflow run: the run has another metric of that name"
    )
    assert len(messages) == 3
