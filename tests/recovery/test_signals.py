"""A bound run that is ended by a signal at any moment: what it leaves behind is gone after the next bound run.

By default a few moments are tried; KEDRO_BIND_SIGNALS=50 tries so many, for each signal.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import mlflow
import pytest

from kedro_bind.tracking.registration import STATE_TAG
from tests.kedro_project import BINDING, clean_environment, make_project
from tests.mlflow_store import all_models, experiment_ids

pytestmark = pytest.mark.slow

COUNT = int(os.getenv("KEDRO_BIND_SIGNALS", "2"))
EXITS_IN_A_THREAD = """
    import sys, threading, time
    from pathlib import Path

    from kedro.framework.session import KedroSession

    if threading.current_thread() is not threading.main_thread():
        sys.exit("the run of the thread ends without a hook")

    def other():
        with KedroSession.create() as session:
            session.run(pipeline_names=["churn"])

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    with KedroSession.create() as session:
        session.load_context()  # ends the run that the thread has left
    Path({here!r}).touch()
    time.sleep(300)
"""
INTERRUPTED_CLEANUP = """
remove = shutil.rmtree

def interrupted(path, *arguments, **more):
    if [*Path(path).glob("*/MLmodel")]:
        shutil.rmtree = remove
        os.kill(os.getpid(), signal.SIGTERM)
    remove(path, *arguments, **more)

shutil.rmtree = interrupted
"""
INTERRUPTED_REGISTRATION = """
step = getattr(MlflowClient, {step!r})

def interrupted(*arguments, **more):
    setattr(MlflowClient, {step!r}, step)
    result = step(*arguments, **more)
    os.kill(os.getpid(), signal.SIGTERM)
    return result

setattr(MlflowClient, {step!r}, interrupted)
"""
STEPS = ("create_model_version", "set_registered_model_alias", "delete_model_version_tag")
KILLED_WITH_A_PICTURE = """
log_artifact = MlflowClient.log_artifact

def killed(client, run_id, path, *arguments, **more):
    if path.endswith(".html"):
        os.kill(os.getpid(), signal.SIGKILL)
    log_artifact(client, run_id, path, *arguments, **more)

MlflowClient.log_artifact = killed
"""
RUN_AFTER = """
import os, shutil, signal
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from mlflow import MlflowClient

{statements}
bootstrap_project(Path.cwd())
with KedroSession.create() as session:
    session.run(pipeline_names=["churn"])
"""
MODEL = "  model: {registered_model_name: churn, aliases: [champion]}\n"
RUN = ("-m", "kedro", "run", "--pipelines=churn")
LOG = ("-m", "kedro", "bind", "log", "churn")


class Stage:
    """A project with a store and a folder for temporary files, of their own."""

    def __init__(self, folder, empty_store):
        self.project = make_project(folder / "project", BINDING + MODEL)
        shutil.copy(empty_store, self.project.path / "mlflow.db")
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.client = mlflow.MlflowClient(tracking_uri=self.project.store, registry_uri=self.project.store)
        self.environment = clean_environment(TMPDIR=str(self.temporary))

    def start(self, command=RUN):
        """Start a bound run, or another command."""
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.project.path,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command=RUN):
        """Run the bound pipeline, or another command, to its end."""
        process = self.start(command)
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output
        return output

    @property
    def runs(self):
        """All MLflow runs, and their status."""
        found = self.client.search_runs(experiment_ids(self.client))
        return {run.info.run_id: run.info.status for run in found}

    def assert_clean(self):
        """See that nothing is left of a process that is gone."""
        assert set(self.runs.values()) <= {"FINISHED", "KILLED"}
        versions = self.client.search_model_versions("name = 'churn'")
        assert [version.version for version in versions if STATE_TAG in version.tags] == []
        models = all_models(self.client)
        assert [model.model_id for model in models if model.status != "READY"] == []
        assert {f"models:/{model.model_id}" for model in models} == {version.source for version in versions}
        assert list(self.temporary.iterdir()) == []
        champion = self.client.get_model_version_by_alias("churn", "champion")
        assert champion.version == max((version.version for version in versions), key=int)


@pytest.fixture(scope="module")
def stage(tmp_path_factory, empty_store):
    """A project that has had one bound run."""
    stage = Stage(tmp_path_factory.mktemp("signals"), empty_store)
    stage.run()
    return stage


def run_after(statements):
    """Return the command that runs statements, and then the bound pipeline in the same process."""
    return ("-c", RUN_AFTER.format(statements=statements))


def begun(stage, process, before):
    """Wait until a bound run has opened its MLflow run, or the process has ended."""
    while process.poll() is None and not set(stage.runs) - set(before):
        time.sleep(0.02)  # between two looks at the store


def moments(stage):
    """Choose how long after the start of the MLflow run the signal is sent."""
    before, process = stage.runs, stage.start()
    begun(stage, process, before)
    started = time.monotonic()
    process.communicate()
    length = time.monotonic() - started
    return [random.Random(number).random() * length for number in range(COUNT)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
def test_a_signal_at_any_moment_leaves_nothing_behind(stage, number):
    wrong, hits = [], 0
    for moment in moments(stage):
        before = stage.runs
        process = stage.start()
        begun(stage, process, before)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            hits += 1
            process.send_signal(number)
        output = process.communicate(timeout=120)[0]
        new = {run_id: status for run_id, status in stage.runs.items() if run_id not in before}
        try:
            if number == signal.SIGTERM:
                assert set(new.values()) <= {"FINISHED", "KILLED"}, new
                assert list(stage.temporary.iterdir()) == []
                commands = ("kedro bind log churn --run-id=", "kedro run --pipelines=churn")
                assert "KILLED" not in new.values() or any(command in output for command in commands)
            stage.run()
            stage.assert_clean()
        except AssertionError as error:
            wrong.append(f"after {moment:.2f} s: {error}\n{output}")
    assert hits
    assert not wrong, f"{len(wrong)} of {COUNT}\n" + "\n\n".join(wrong)


def before_body(stage, function, statements):
    """Let a node run these statements before its own."""
    nodes = stage.project.source / "nodes.py"
    before, definition, after = nodes.read_text().partition(f"def {function}(")
    signature, colon, body = after.partition(":\n")
    nodes.write_text(before + definition + signature + colon + statements + body)


def terminated(process, here):
    """Terminate a process as soon as a file is there, and return what it printed."""
    while process.poll() is None and not here.exists():
        time.sleep(0.02)  # between two looks at the folder
    process.terminate()
    return process.communicate(timeout=120)[0]


@pytest.mark.parametrize("function", ["fit_classifier", "predict"])
def test_the_command_that_finishes_the_job_trains_again_unless_all_artifacts_were_made(tmp_path, empty_store, function):
    stage = Stage(tmp_path, empty_store)
    here = tmp_path / "here"
    wait = f"    __import__('pathlib').Path({str(here)!r}).touch(); __import__('time').sleep(300)\n"
    before_body(stage, function, wait)
    output = terminated(stage.start((*RUN, "--params=depth=4")), here)
    (run_id,) = stage.runs
    assert stage.runs == {run_id: "KILLED"}, output
    if function == "predict":  # which verification runs
        assert f"kedro bind log churn --run-id={run_id} --params=depth=4" in output
        assert "kedro run --pipelines" not in output
    else:
        assert "the run was interrupted before training of 'churn' was complete; train again with:" in output
        assert "kedro run --pipelines=churn --params=depth=4" in output
        assert "kedro bind log" not in output


def test_a_signal_while_mlflow_removes_its_copy_of_a_logged_model_leaves_nothing_behind(tmp_path, empty_store):
    stage = Stage(tmp_path, empty_store)
    process = stage.start(run_after(INTERRUPTED_CLEANUP))
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 128 + signal.SIGTERM, output
    assert [*stage.runs.values()] == ["KILLED"], output
    assert all_models(stage.client) == []
    assert [*stage.temporary.iterdir()] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_signal_during_the_registration_leaves_a_version_with_its_model_or_nothing(stage, step):
    before = stage.runs
    process = stage.start(run_after(INTERRUPTED_REGISTRATION.format(step=step)))
    output = process.communicate(timeout=120)[0]
    assert process.returncode == 128 + signal.SIGTERM, output
    assert [status for run_id, status in stage.runs.items() if run_id not in before] == ["KILLED"], output
    stage.assert_clean()


def test_a_run_that_is_killed_while_its_picture_is_logged_leaves_nothing_behind(stage):
    process = stage.start(run_after(KILLED_WITH_A_PICTURE))
    output = process.communicate(timeout=120)[0]
    assert process.returncode == -signal.SIGKILL, output
    assert [*stage.temporary.rglob("churn.html")]
    stage.run()
    stage.assert_clean()


def test_a_run_is_terminated_after_another_one_of_the_process_was_ended(tmp_path, empty_store):
    stage, here = Stage(tmp_path, empty_store), tmp_path / "here"
    before_body(stage, "fit_classifier", EXITS_IN_A_THREAD.format(here=str(here)))
    process = stage.start()
    output = terminated(process, here)
    assert process.returncode == 128 + signal.SIGTERM, output
    assert [*stage.runs.values()] == ["KILLED", "KILLED"], output


def test_logging_what_is_stored_cleans_up_after_a_run_that_was_killed(stage):
    before, process = stage.runs, stage.start()
    begun(stage, process, before)
    process.kill()
    process.communicate()
    assert "RUNNING" in stage.runs.values()
    stage.run((*LOG, "--force"))
    stage.assert_clean()


def test_logging_what_is_stored_ends_its_run_when_it_is_terminated(stage):
    before, process = stage.runs, stage.start((*LOG, "--force"))
    begun(stage, process, before)
    process.terminate()
    output = process.communicate(timeout=120)[0]
    assert [status for run_id, status in stage.runs.items() if run_id not in before] == ["KILLED"], output
    assert list(stage.temporary.iterdir()) == []
    stage.run()
    stage.assert_clean()
