"""The MLflow run of a bound run: what is in it, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import mlflow
import pytest
from kedro.runner import ThreadRunner

from tests.kedro_project import BINDING, clean_environment
from tests.mlflow_store import all_models, experiment_ids

pytestmark = pytest.mark.slow

QUICK = BINDING + "  model: {verify: false}\n"
SECRET = "hunter2-in-plain-sight"


@pytest.fixture
def quick(project, store):
    """A project whose model is logged without verification."""
    project.write("conf/base/pipeline_ml.yml", QUICK)
    return project


def run(project, **options):
    with project.session() as session:
        return session.run(pipeline_names=["churn"], **options)


def everything(project):
    client = mlflow.MlflowClient(tracking_uri=project.store)
    return client.search_runs(experiment_ids(client)), all_models(client)


def add_to(project, function, statements):
    """Let a node do something at its begin."""
    nodes = project.source / "nodes.py"
    text = nodes.read_text()
    head = text.index(f"def {function}(")
    body = text.index("\n", head) + 1
    nodes.write_text(text[:body] + "".join(f"    {line}\n" for line in statements.splitlines()) + text[body:])


def test_nodes_in_threads_log_to_the_bound_run(quick):
    add_to(quick, "fit_scaler", "import mlflow\nmlflow.log_metric('rows', len(customers))")
    add_to(quick, "fit_classifier", "import mlflow\nmlflow.log_metric('depth', depth)")
    run(quick, runner=ThreadRunner(max_workers=2))
    (logged,), (model,) = everything(quick)
    assert logged.data.metrics == {"rows": 40.0, "depth": 3.0}
    assert (logged.info.status, model.source_run_id) == ("FINISHED", logged.info.run_id)
    assert logged.data.tags["kedro_command"] == "kedro run --pipelines=churn --runner=ThreadRunner"
    loaded = mlflow.models.get_model_info(model.model_uri)
    assert loaded.signature.inputs.input_names() == ["spend", "visits"]


def test_nodes_in_processes_log_to_the_bound_run(quick):
    add_to(quick, "fit_scaler", "import mlflow\nmlflow.log_metric('rows', len(customers))")
    add_to(quick, "fit_classifier", "import mlflow\nmlflow.log_metric('depth', depth)")
    quick.kedro("run", "--pipelines=churn", "--runner=ParallelRunner")
    (logged,), (model,) = everything(quick)
    assert logged.data.metrics == {"rows": 40.0, "depth": 3.0}
    assert (logged.info.status, model.source_run_id) == ("FINISHED", logged.info.run_id)


@pytest.mark.parametrize(
    "statements",
    ["import mlflow\nmlflow.start_run(nested=True, run_name='left open')", "import mlflow\nmlflow.end_run()"],
)
def test_whatever_a_node_does_to_the_run_the_model_goes_there(quick, statements):
    add_to(quick, "fit_classifier", statements)
    run(quick)
    runs, (model,) = everything(quick)
    (logged,) = [entry for entry in runs if entry.info.run_name == "churn"]
    assert model.source_run_id == logged.info.run_id
    assert {entry.info.status for entry in runs} == {"FINISHED"}
    assert mlflow.active_run() is None


def test_an_active_run_keeps_its_tags_and_gets_ours(quick):
    mlflow.set_tracking_uri(quick.store)
    with mlflow.start_run(tags={"kedro_version": "theirs"}):
        run(quick)
    (logged,), _ = everything(quick)
    tags = logged.data.tags
    assert (tags["kedro_version"], tags["kedro_bind.bindings"]) == ("theirs", "churn")


def test_a_failed_training_run_has_its_error_as_tags_without_credentials(quick, messages):
    quick.write("conf/local/credentials.yml", f"database: {{deep: [{{password: {SECRET}}}]}}\n")
    add_to(quick, "fit_classifier", f"raise LookupError('{SECRET} is refused')")
    with pytest.raises(LookupError):
        run(quick)
    (failed,), models = everything(quick)
    assert (failed.info.status, models) == ("FAILED", [])
    assert failed.data.tags["kedro_bind.error.type"] == "LookupError"
    assert failed.data.tags["kedro_bind.error.message"] == "*** is refused"
    assert not any(SECRET in line for line in messages)


def test_an_interrupted_run_in_a_notebook_ends_with_the_next_session(quick):
    stop = quick.path / "data/stop"
    stop.touch()
    add_to(quick, "fit_classifier", "from pathlib import Path\nif Path('data/stop').exists(): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        run(quick)
    stop.unlink()
    run(quick)
    runs, (model,) = everything(quick)
    assert sorted(entry.info.status for entry in runs) == ["FINISHED", "KILLED"]
    assert [entry.info.run_id for entry in runs if entry.info.status == "FINISHED"] == [model.source_run_id]


@pytest.mark.parametrize(("where", "command"), [("training", "script"), ("logging", "kedro")])
def test_ctrl_c_ends_the_run_as_killed(quick, where, command):
    if where == "logging":  # verification runs the inference pipeline
        quick.write("conf/base/pipeline_ml.yml", BINDING)
    function = "fit_classifier" if where == "training" else "predict"
    wait = "import time; from pathlib import Path; Path('data/here').touch(); time.sleep(300)"
    add_to(quick, function, wait)
    script = (
        "from pathlib import Path\n"
        "from kedro.framework.startup import bootstrap_project\n"
        "from kedro.framework.session import KedroSession\n"
        "bootstrap_project(Path.cwd())\n"
        "with KedroSession.create() as session:\n"
        "    session.run(pipeline_names=['churn'])\n"
    )
    arguments = ["-m", "kedro", "run", "--pipelines=churn"] if command == "kedro" else ["-c", script]
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=quick.path,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # What a shell starts in the background ignores Ctrl-C, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one call, no lock
    ) as process:
        try:
            deadline = time.monotonic() + 120
            while not (quick.path / "data/here").exists():
                assert process.poll() is None, process.communicate()[0]
                assert time.monotonic() < deadline
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=120)
        finally:
            process.kill()
    (killed,), models = everything(quick)
    assert killed.info.status == "KILLED"
    assert [entry for entry in models if entry.status == "READY"] == []
    assert ("kedro bind log churn" in output) is (where == "logging")
    assert ("kedro run --pipelines=churn" in output) is (where == "training")
    # What a script ends with is Python's, or what hooks of the Kedro version make of it.
    assert process.returncode == 130 if command == "kedro" else process.returncode in (1, 130, -signal.SIGINT)
