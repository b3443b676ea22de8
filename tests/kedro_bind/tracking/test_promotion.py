"""Whether a version gets its aliases, by the metrics of MLflow runs in a real store."""

from __future__ import annotations

import shutil

import mlflow
import pytest

from conf_schema import parse_condition
from kedro_bind.tracking.metrics import metrics_of_run
from kedro_bind.tracking.promotion import Verdict, all_of, judge


@pytest.fixture
def client(tmp_path, empty_store):
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    client = mlflow.MlflowClient()
    client.create_registered_model("churn")
    return client


def run(client, **metrics):
    run_id = client.create_run("0").info.run_id
    for name, value in metrics.items():
        client.log_metric(run_id, name, value)
    return run_id


def model(client, run_id, **metrics):
    """Log a model to a run, with metrics of its own."""
    model_id = client.create_logged_model("0", source_run_id=run_id).model_id
    for name, value in metrics.items():
        client.log_metric(run_id, name, value, model_id=model_id)
    return model_id


def version(client, run_id, model_id=None):
    source = f"models:/{model_id}" if model_id else "file:///model"
    return str(client.create_model_version("churn", source, run_id, model_id=model_id).version)


def judged(client, condition, run_id, model_id=None, **aliases):
    metrics = metrics_of_run(client, run_id, model_id)
    verdict = judge([parse_condition(condition)], client, metrics, run_id, "churn", aliases)
    return verdict.promoted, verdict.reason


def test_a_metric_is_compared_with_a_number(client):
    new = run(client, accuracy=0.9)
    assert judged(client, "accuracy >= 0.9", new) == (True, "accuracy is 0.9, >= 0.9")
    assert judged(client, "accuracy > 0.9", new) == (False, "accuracy is 0.9, not > 0.9")
    assert judged(client, "loss < 1", new) == (False, "the MLflow run has no metric 'loss' (it has accuracy)")
    assert judged(client, "loss < 1", run(client)) == (False, "the MLflow run has no metric 'loss' (it has none)")


def test_a_metric_is_compared_with_that_of_the_holder(client):
    old = run(client, accuracy=0.8)
    number = version(client, old)
    new = run(client, accuracy=0.9)
    assert judged(client, "accuracy > champion", new, champion=number) == (
        True,
        f"accuracy is 0.9, > 0.8 of version {number}, which is champion",
    )
    assert judged(client, "accuracy > champion", new) == (True, "accuracy is 0.9, and no version is champion yet")
    assert judged(client, "accuracy > champion", old, champion=number) == (
        True,
        f"version {number}, which is champion, comes from this same MLflow run",
    )


def test_of_metrics_that_several_models_of_a_run_have_those_of_the_model_count(client):
    old = run(client, loss=0.5)
    number = version(client, old, model(client, old, accuracy=0.8))
    model(client, old, accuracy=0.1)
    new = run(client)
    ours = model(client, new, accuracy=0.7)
    model(client, new, accuracy=0.95)
    promoted, reason = judged(client, "accuracy > champion", new, ours, champion=number)
    assert (promoted, reason) == (False, f"accuracy is 0.7, not > 0.8 of version {number}, which is champion")
    assert judged(client, "loss < 1", old, ours) == (True, "loss is 0.5, < 1.0")


def test_a_metric_whose_name_has_that_of_a_binding_is_no_other_one(client):
    new = run(client)
    ours = model(client, new, **{"accuracy": 0.9, "churn.accuracy": 0.8})
    assert judged(client, "accuracy > 0.85", new, ours)[0]


@pytest.mark.parametrize("gone", [True, False])
def test_a_holder_without_the_metric_is_not_replaced(client, gone):
    number = version(client, "0" * 32 if gone else run(client))
    promoted, reason = judged(client, "accuracy > champion", run(client, accuracy=0.9), champion=number)
    assert (promoted, reason) == (
        False,
        f"version {number}, which is champion, has no metric 'accuracy' to compare with",
    )


def test_without_conditions_a_version_is_promoted(client):
    assert judge([], client, {}, "no run is looked at", "churn", {}) == Verdict()


def test_the_reason_is_that_of_what_failed():
    verdicts = [Verdict(True, "a"), Verdict(False, "b"), Verdict(False, "c")]
    assert all_of(verdicts) == Verdict(False, "b; c")
    assert all_of(verdicts[:1] * 2) == Verdict(True, "a; a")
