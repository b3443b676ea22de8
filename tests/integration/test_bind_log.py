"""`kedro bind log`: a model from what is stored."""

from __future__ import annotations

import os

import mlflow
import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from kedro_bind import LoggingError
from kedro_bind.cli.log_command import command
from tests.kedro_project import BINDING
from tests.mlflow_store import all_models

pytestmark = pytest.mark.slow


@pytest.fixture
def trained(project, store):
    """A project with a model that is logged quickly, trained without being logged."""
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {verify: false}\n")
    with project.session() as session:
        session.run(pipeline_names=["data_science"], tags=["training"])
    return project


def bind_log(project, *arguments):
    return CliRunner().invoke(command, ["churn", *arguments], obj=bootstrap_project(project.path))


def models_of(project):
    client = mlflow.MlflowClient(tracking_uri=project.store)
    return all_models(client)


def age(project, name, seconds):
    place = project.path / "data" / name
    written = place.stat().st_mtime - seconds
    os.utime(place, (written, written))


def test_a_missing_artifact_is_refused_whatever_is_forced(trained):
    (trained.path / "data/classifier.pkl").unlink()
    for options in ([], ["--force"]):
        result = bind_log(trained, *options)
        assert result.exit_code == 1
        assert "an artifact is missing: 'classifier' (file://" in result.output
        assert "'kedro run --pipelines=churn' produces it" in result.output
    assert models_of(trained) == []


def test_an_artifact_older_than_its_source_is_refused_unless_forced(trained, messages):
    age(trained, "classifier.pkl", 60)
    result = bind_log(trained)
    assert result.exit_code == 1
    assert "'classifier' (" in result.output
    assert "is older than" in result.output
    assert "'--force' logs it as it is" in result.output
    assert models_of(trained) == []
    assert bind_log(trained, "--force").exit_code == 0
    assert any("logged with an artifact that is out of date" in message for message in messages)
    assert len(models_of(trained)) == 1


@pytest.fixture
def not_logged(trained):
    """The id of a bound run that has trained, and logged no model, with an input from a clock that is ahead."""
    age(trained, "customers.csv", -86400)
    (trained.path / "mlartifacts").touch()  # no folder can be made there
    with trained.session() as session, pytest.raises(LoggingError) as info:
        session.run(pipeline_names=["churn"])
    (trained.path / "mlartifacts").unlink()
    assert info.value.binding == "churn"
    assert info.value.command == f"kedro bind log churn --run-id={info.value.run_id}"
    return info.value.run_id


def test_a_clock_that_is_ahead_does_not_keep_the_model_of_a_run_from_being_logged(trained, not_logged):
    result = bind_log(trained)
    assert "is older than 'customers'" in result.output  # of no run that is named: clocks are all there is
    age(trained, "customers.csv", -60)  # the same content
    result = bind_log(trained, f"--run-id={not_logged}")
    assert result.exit_code == 0, result.output


def test_an_input_that_has_changed_since_the_run_is_refused_whatever_its_time(trained, not_logged):
    customers = trained.path / "data/customers.csv"
    customers.write_text(customers.read_text().replace("10.0", "11.0"))
    age(trained, "customers.csv", 86400)
    result = bind_log(trained, f"--run-id={not_logged}")
    assert result.exit_code == 1
    assert "was trained before 'customers'" in result.output


def test_a_run_that_did_not_write_the_artifacts_is_no_evidence_of_their_age(trained):
    age(trained, "customers.csv", -86400)
    nodes = trained.source / "nodes.py"
    text = nodes.read_text()
    nodes.write_text(text.replace("def fit_scaler(", "def fit_scaler(customers):\n    raise ValueError\n\n\ndef _("))
    assert trained.kedro("run", "--pipelines=churn", check=False).returncode == 1
    nodes.write_text(text)
    client = mlflow.MlflowClient(tracking_uri=trained.store)
    (failed,) = client.search_runs([experiment.experiment_id for experiment in client.search_experiments()])
    assert failed.info.status == "FAILED"
    result = bind_log(trained, f"--run-id={failed.info.run_id}")
    assert result.exit_code == 1
    assert "is older than 'customers'" in result.output


def test_it_resumes_a_run(trained):
    client = mlflow.MlflowClient(tracking_uri=trained.store)
    failed = client.create_run("0").info.run_id
    client.set_terminated(failed, "FAILED")
    client.set_tag(failed, "kedro_bind.error.message", "no luck")
    half = client.create_logged_model("0", "churn", source_run_id=failed, tags={"kedro_bind.binding": "churn"})
    result = bind_log(trained, f"--run-id={failed}")
    assert result.exit_code == 0, result.output
    (model,) = models_of(trained)
    assert model.model_id != half.model_id
    assert model.source_run_id == failed
    run = client.get_run(failed)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"depth": "3"}
    assert "kedro_bind.error.message" not in run.data.tags


def test_the_command_of_a_failure_has_all_that_led_to_it(trained):
    trained.write("conf/base/pipeline_ml.yml", BINDING)
    trained.write("conf/prod/parameters.yml", "threshold: 1.0\n")
    nodes = trained.source / "nodes.py"
    nodes.write_text(nodes.read_text().replace("    score =", '    raise ValueError("not today")\n    score ='))
    result = trained.kedro("run", "--pipelines=churn", "--env=prod", "--params=depth=4", check=False)
    assert result.returncode == 1
    assert "not today" in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if "kedro bind log" in line]
    assert line.startswith("  kedro bind log churn --run-id=")
    assert line.endswith(" --env=prod --params=depth=4")


def test_help_has_an_example():
    output = CliRunner().invoke(command, ["--help"]).output
    assert "Example: kedro bind log churn --run-id" in output
