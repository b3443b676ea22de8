"""Beside kedro-mlflow: run where it is installed, by the nox session `beside`."""

from __future__ import annotations

import mlflow
import pytest

from tests.kedro_project import BINDING
from tests.mlflow_store import all_models, experiment_ids


@pytest.fixture
def quick(project, store):
    """A project that both plugins see."""
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {verify: false}\n")
    project.write("conf/base/mlflow.yml", f"server:\n  mlflow_tracking_uri: {store}\n")
    return project


def client(project):
    return mlflow.MlflowClient(tracking_uri=project.store)


def everything(project):
    return client(project).search_runs(experiment_ids(client(project))), all_models(client(project))


def test_a_bound_run_logs_one_model_in_one_run(quick):
    import kedro_mlflow

    assert kedro_mlflow.__version__
    quick.kedro("run", "--pipelines=churn")
    (run,), (model,) = everything(quick)
    assert model.name == "churn"
    assert model.source_run_id == run.info.run_id
    assert run.info.status == "FINISHED"
    assert run.data.params["depth"] == "3"


def test_an_unbound_run_is_kedro_mlflows_alone(quick):
    quick.kedro("run", "--pipelines=reporting")
    (run,), models = everything(quick)
    assert models == []
    assert run.info.status == "FINISHED"


def test_a_logging_that_fails_ends_the_run_as_failed(quick):
    quick.write("conf/base/pipeline_ml.yml", BINDING)
    nodes = quick.source / "nodes.py"
    nodes.write_text(nodes.read_text().replace("    score =", '    raise ValueError("no luck")\n    score ='))
    result = quick.kedro("run", "--pipelines=churn", check=False)
    assert result.returncode == 1
    assert "kedro bind log churn" in result.stderr
    (run,), models = everything(quick)
    assert [model for model in models if model.status == "READY"] == []
    assert run.info.status == "FAILED"


def test_its_file_is_left_to_it(quick):
    quick.write("conf/base/mlflow.yml", f"server:\n  mlflow_tracking_uri: {quick.store}\nui: {{port: any}}\n")
    assert "1 binding in 1 file (env local): no problems" in quick.kedro("bind", "check").stdout


def test_a_pipeline_that_it_does_not_track_logs_no_model(quick):
    disabled = "tracking:\n  disable_tracking:\n    pipelines: [churn]\n"
    quick.write("conf/base/mlflow.yml", f"server:\n  mlflow_tracking_uri: {quick.store}\n{disabled}")
    result = quick.kedro("run", "--pipelines=churn")
    assert "'tracking.disable_tracking.pipelines' in mlflow.yml lists it" in " ".join(result.stdout.split())
    assert everything(quick) == ([], [])


def test_a_project_that_switches_its_hooks_off_has_its_file_followed(quick):
    quick.write(f"src/{quick.package}/settings.py", 'DISABLE_HOOKS_FOR_PLUGINS = ("kedro_mlflow",)\n')
    quick.write("conf/base/mlflow.yml", "tracking: {run: {name: of the file}}\n")
    quick.kedro("run", "--pipelines=churn")
    (run,), (model,) = everything(quick)
    assert (run.info.run_name, model.source_run_id) == ("of the file", run.info.run_id)
