"""`model.metrics`, in the manner of spaceflights: a node of training writes a dictionary of scores."""

from __future__ import annotations

import mlflow
import pytest

from kedro_bind.errors import LoggingError
from tests.mlflow_store import all_models

pytestmark = pytest.mark.slow

PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes
from {package}.pipelines import evaluation


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(nodes.fit_scaler, "customers", "scaler", name="fit_scaler", tags="training"),
        node(nodes.scale, ["customers", "scaler"], "scaled", name="scale", tags=["training", "inference"]),
        node(nodes.fit_classifier, ["scaled", "params:depth"], "classifier", name="fit_classifier", tags="training"),
        node(evaluation.evaluate, ["scaled", "params:depth"], ["metrics", "rows"], name="evaluate", tags="training"),
        node(nodes.predict, ["scaled", "classifier", "params:threshold"], "predictions", name="predict",
             tags="inference"),
    ])
"""
EVALUATION = """
def evaluate(scaled, depth):
    return {"r2_score": depth / 10, "errors": {"mae": 1.5, "max": 2}}, len(scaled)
"""
BINDING = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: customers
  model:
    verify: false
    registered_model_name: churn
    aliases: [champion]
    promote_if: r2_score >= champion
    metrics: [metrics, rows]
"""
PERSISTED = """
metrics:
  type: json.JSONDataset
  filepath: data/metrics.json
  versioned: true
rows: {type: json.JSONDataset, filepath: data/rows.json}
"""
EXPECTED = {"r2_score": 0.3, "errors.mae": 1.5, "errors.max": 2.0, "rows": 40.0}


@pytest.fixture
def scored(project, store):
    """A project whose training writes scores to datasets in memory."""
    project.write(f"src/{project.package}/pipelines/evaluation.py", EVALUATION)
    project.write(f"src/{project.package}/pipelines/data_science/__init__.py", PIPELINE)
    project.write("conf/base/pipeline_ml.yml", BINDING)
    return project


def train(project, *arguments, **options):
    with project.session(**options.pop("session", {})) as session:
        session.run(pipeline_names=["churn"], **options)


def logged(project):
    """The metrics of each logged model, newest first, and those of its run."""
    client = mlflow.MlflowClient(tracking_uri=project.store)
    found = []
    for model_id in [model.model_id for model in all_models(client)]:
        model = client.get_logged_model(model_id)
        run = client.get_run(model.source_run_id)
        found.append(({metric.key: metric.value for metric in model.metrics or []}, run.data.metrics))
    return found


def champion(project):
    return mlflow.MlflowClient(tracking_uri=project.store).get_model_version_by_alias("churn", "champion").version


def persist(project):
    catalog = project.path / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text() + PERSISTED)


def test_what_training_writes_in_memory_is_logged_once_and_decides_promotion(scored):
    train(scored)
    assert logged(scored) == [(EXPECTED, EXPECTED)]
    client = mlflow.MlflowClient(tracking_uri=scored.store)
    (run,) = client.search_runs([experiment.experiment_id for experiment in client.search_experiments()])
    assert len(client.get_metric_history(run.info.run_id, "r2_score")) == 1
    train(scored, session={"runtime_params": {"depth": 2}})
    assert champion(scored) == 1
    train(scored, session={"runtime_params": {"depth": 4}})
    assert champion(scored) == 3


def test_a_version_that_is_not_promoted_is_not_recommended(scored, messages):
    scored.write("conf/base/pipeline_ml.yml", BINDING.replace(">= champion", ">= 0.3"))
    train(scored, session={"runtime_params": {"depth": 2}})
    assert messages[-1].endswith("registered as version 1 of 'churn' without the alias champion")
    train(scored)
    assert messages[-3].endswith("registered as version 2 of 'churn' with the alias champion")
    assert messages[-2] == "kedro_bind: serve it with: kedro bind serve models:/churn/2"
    train(scored, session={"runtime_params": {"depth": 2}})
    serve = "kedro bind serve models:/churn@champion"
    assert messages[-1] == f"kedro_bind: version 2 stays champion; serve it with: {serve}"


def test_stored_metrics_are_those_of_the_model_that_is_logged_from_them(scored):
    persist(scored)
    train(scored)
    scored.kedro("bind", "log", "churn")
    assert logged(scored) == [(EXPECTED, EXPECTED)] * 2


def test_metrics_that_are_not_stored_are_left_out_later_with_a_warning(scored):
    train(scored)
    result = scored.kedro("bind", "log", "churn")
    assert "the metrics in 'metrics' are not logged" in result.stderr
    assert logged(scored)[0] == ({}, {})


@pytest.mark.parametrize("where", ["memory", "files"])
def test_nodes_in_processes_of_their_own_have_metrics_too(scored, where):
    if where == "files":
        persist(scored)
    scored.kedro("run", "--pipelines=churn", "--runner=ParallelRunner")
    assert logged(scored) == [(EXPECTED, EXPECTED)]


def test_a_run_that_leaves_the_scores_out_does_not_take_those_of_another(scored, messages):
    persist(scored)
    train(scored)
    train(scored, to_nodes=["fit_classifier"])
    assert logged(scored)[0] == ({}, {})
    assert any("the metrics in 'metrics' are not logged: this run does not produce it" in line for line in messages)


def test_metrics_of_one_name_keep_the_model_from_being_logged(scored):
    scored.write(
        f"src/{scored.package}/pipelines/evaluation.py",
        EVALUATION.replace("errors", "rows").replace('{"mae": 1.5, "max": 2}', "1.5"),
    )
    with pytest.raises(LoggingError, match=r"'metrics' and 'rows' of .* both have a metric 'rows'") as info:
        train(scored)
    assert info.value.command == f"kedro bind log churn --run-id={info.value.run_id}"
    assert logged(scored) == []


def test_a_binding_made_in_python_has_metrics_and_the_check_of_them(scored):
    (scored.path / "conf/base/pipeline_ml.yml").unlink()
    registry = """
        from kedro_bind import pipeline_ml_factory
        from {package}.pipelines.data_science import create_pipeline


        def register_pipelines():
            whole = create_pipeline()
            bound = pipeline_ml_factory(
                training=whole.only_nodes_with_tags("training"),
                inference=whole.only_nodes_with_tags("inference"),
                input_name="customers",
                log_model_kwargs={"verify": False, "metrics": METRICS},
            )
            return {"churn": bound, "__default__": whole}
        """
    scored.write(f"src/{scored.package}/pipeline_registry.py", registry.replace("METRICS", '"metrics"'))
    train(scored)
    assert logged(scored)[0][0] == {key: value for key, value in EXPECTED.items() if key != "rows"}
    scored.write(
        f"src/{scored.package}/pipeline_registry.py", registry.replace("METRICS", '["metric", "rows", "rows"]')
    )
    result = scored.kedro("run", "--pipelines=churn", check=False)
    assert "'metric' is not an output of training" in result.stderr
    assert "did you mean 'metrics'? [unknown-dataset]" in result.stderr
    assert "[duplicate-metric]" in result.stderr
