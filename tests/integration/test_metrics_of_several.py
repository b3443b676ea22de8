"""Two bindings of one run whose evaluations return metrics of the same names."""

from __future__ import annotations

import pytest

from tests.integration.evaluated import BINDING, CATALOG, client_of, evaluate_in

pytestmark = pytest.mark.slow

LATE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(nodes.fit, ["customers", "params:late_shift"], "late_classifier", name="fit_late", tags="training"),
        node(nodes.predict, ["customers", "late_classifier"], "late", name="predict_late", tags="inference"),
        node(nodes.score, ["late", "labels", "params:scale"], "late_scores", name="score_late", tags="evaluation"),
    ])
"""
BINDINGS = (
    BINDING
    + """
late:
  training: {pipeline: lateness, tags: training}
  inference: {pipeline: lateness, tags: inference}
  input_name: customers
  evaluation: {pipeline: lateness, tags: evaluation, input_name: holdout}
  model:
    registered_model_name: late
    aliases: [champion]
    promote_if: accuracy >= champion
"""
).replace("model:\n", "model:\n    verify: false\n")


@pytest.fixture
def runs(project, store):
    """The metrics of two runs of both bindings, the newest first, with those of their models."""
    evaluate_in(project, BINDINGS)
    project.write(f"src/{project.package}/pipelines/lateness/__init__.py", LATE)
    late = "late_classifier: {type: pickle.PickleDataset, filepath: data/late_classifier.pkl}\n"
    project.write("conf/base/catalog.yml", CATALOG + late)
    project.write("conf/base/parameters.yml", "shift: 0.0\nscale: 1.0\nlate_shift: 5.0\n")
    for _ in range(2):
        with project.session() as session:
            session.run(pipeline_names=["churn", "late"])
    client = client_of(project)
    found = client.search_runs([experiment.experiment_id for experiment in client.search_experiments()])
    return [(run.data.metrics, metrics_of_models(client, run)) for run in found]


def metrics_of_models(client, run):
    """Those of the evaluation; MLflow copies to a model what its run has by then as well."""
    models = client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run.info.run_id}'")
    return {
        model.name: {metric.key: metric.value for metric in model.metrics if metric.dataset_name} for model in models
    }


def test_the_run_has_the_metrics_of_each_under_its_name(runs):
    (again, _), (first, models) = runs
    assert models == {
        "churn": {"accuracy": 1.0, "margin.mean": 9.5, "rows": 40.0},
        "late": {"accuracy": 0.875, "margin.mean": 4.5},
    }
    of_each = {f"{name}.{metric}": models[name][metric] for name in models for metric in ("accuracy", "margin.mean")}
    assert first == {**models["churn"], **models["late"], **of_each}
    held = {name: value for name, value in again.items() if "champion/accuracy" in name}
    assert held == {"champion/accuracy": 0.875, "churn.champion/accuracy": 1.0, "late.champion/accuracy": 0.875}
