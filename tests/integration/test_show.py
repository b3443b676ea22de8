"""`kedro bind show` and what a run leaves of it: in a real project, before and after its model is logged."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import mlflow
import pytest
import yaml
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from kedro_bind import pipeline_ml_factory
from kedro_bind.cli import bind as kedro_bind_group
from kedro_bind.session import presented
from tests.integration.evaluated import evaluate_in
from tests.kedro_project import BINDING, make_project

EARLIER = Path(__file__).parents[1] / "kedro_bind" / "model" / "logged" / "format_2"
MODEL = "  model: {registered_model_name: churn, aliases: [champion], verify: false}\n"
DECLARED = """\
churn  conf/base/pipeline_ml.yml:1
runner: SequentialRunner, registered as: churn as champion, verified: no

trains (3 nodes)
  customers       supplies the schema and the example
  fit_scaler      customers -> scaler
  scale           customers, scaler -> scaled
  fit_classifier  scaled, params:depth -> classifier

travels (2 artifacts and 1 parameter)
  classifier        pickle.PickleDataset; taken by predict
  scaler            pickle.PickleDataset; taken by scale
  params:threshold  = 0.0; a caller may set it; taken by predict

predicts (2 nodes)
  customers    the input, what a caller sends
  scale        customers, scaler -> scaled
  predict      scaled, classifier, params:threshold -> predictions
  predictions  the output
"""
EVALUATION = """
evaluates (3 nodes)
  holdout       the input, in place of customers
  predictions   what the saved model predicts
  count         predictions -> rows
  rows          logged as metrics if numeric
  labels
  score         predictions, labels, params:scale -> scores
  scores        logged as metrics if numeric
  side_by_side  predictions, labels -> compared
  compared      logged as metrics if numeric
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project that this module does not change."""
    return make_project(tmp_path_factory.mktemp("shop") / "project", BINDING + MODEL)


@pytest.fixture(scope="module")
def ran(tmp_path_factory, empty_store):
    """A project whose model was logged by `kedro run`, on lines of 80 columns, and what that wrote."""
    project = make_project(tmp_path_factory.mktemp("ran") / "project", BINDING + MODEL)
    shutil.copy(empty_store, project.path / "mlflow.db")
    result = project.kedro("run", "--pipelines=churn", COLUMNS="80")
    return project, result.stdout + result.stderr


@pytest.fixture(scope="module")
def scored(tmp_path_factory, empty_store):
    """A project whose model was evaluated and logged by `kedro run`."""
    project = evaluate_in(make_project(tmp_path_factory.mktemp("scored") / "project"))
    shutil.copy(empty_store, project.path / "mlflow.db")
    project.kedro("run", "--pipelines=churn")
    return project


@pytest.fixture
def client(ran):
    """The client of that project's store."""
    project, _ = ran
    mlflow.set_tracking_uri(project.store)
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(None)


def bind(project, *arguments):
    """Run a command of `kedro bind` in this process: starting Kedro takes far longer than any of them."""
    return CliRunner().invoke(kedro_bind_group, arguments, obj=bootstrap_project(project.path))


def show(project, *arguments):
    """Run `show` and return its answer."""
    result = bind(project, "show", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_binding_is_drawn_before_it_is_logged(shop):
    assert shop.python("-m", "kedro_bind", "show", "churn").stdout == DECLARED


@pytest.mark.parametrize("form", ["text", "mermaid", "svg", "html"])
def test_a_file_gets_what_standard_output_gets(shop, form, tmp_path):
    arguments = ("churn", f"--format={form}")
    file = tmp_path / "picture"
    assert show(shop, *arguments, f"--output={file}") == ""
    assert file.read_text(encoding="utf-8").rstrip("\n") == show(shop, *arguments).rstrip("\n")


def test_a_broken_binding_is_drawn_with_its_findings(project):
    project.write("conf/base/catalog.yml", "customers: {type: pandas.CSVDataset, filepath: data/customers.csv}\n")
    project.write("conf/base/pipeline_ml.yml", BINDING.replace("tags: inference", "tags: inferense"))
    drawn = show(project, "churn")
    assert "! error: no node of pipeline 'data_science' has the tag 'inferense'; did you mean 'inference'?" in drawn
    assert "trains (3 nodes)" in drawn
    assert "predicts (0 nodes)" in drawn
    project.write("conf/base/pipeline_ml.yml", BINDING)
    lines = show(project, "churn").splitlines()
    row = next(index for index, line in enumerate(lines) if line.startswith("  scaler "))
    assert lines[row + 1].startswith("    ! error: ")
    assert "'scaler'" in lines[row + 1]


def test_a_broken_evaluation_is_drawn_with_its_findings(project):
    catalog = evaluate_in(project).path / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text().replace("holdout: {", "held_out: {"))
    lines = show(project, "churn").partition("evaluates (3 nodes)\n")[2].splitlines()
    assert lines[0] == "  holdout       the input, in place of customers"
    assert lines[1].startswith("    ! error: there is no catalog entry 'holdout', which the model predicts")
    document = project.path / "conf/base/pipeline_ml.yml"
    document.write_text(document.read_text().replace("pipeline: evaluation,", "pipeline: evaluation, tags: scoring,"))
    drawn = show(project, "churn")
    assert "! error: no node of pipeline 'evaluation' has the tag 'scoring'" in drawn
    assert "evaluates (0 nodes)" in drawn


def test_a_binding_made_by_code_is_drawn(project):
    project.write("conf/base/pipeline_ml.yml", "")
    registry = project.source / "pipeline_registry.py"
    registry.write_text(
        registry.read_text().replace(
            "    return pipelines",
            "    from kedro_bind import pipeline_ml_factory\n"
            "    both = pipelines['data_science']\n"
            "    pipelines['coded'] = pipeline_ml_factory(\n"
            "        both.only_nodes_with_tags('training'), both.only_nodes_with_tags('inference'), 'customers'\n"
            "    )\n"
            "    return pipelines",
        )
    )
    drawn = show(project, "coded")
    assert drawn.startswith("coded  made by the project's code\n")
    assert "travels (2 artifacts and 1 parameter)" in drawn


def test_an_unknown_name_is_one_message(shop, tmp_path):
    wrong = bind(shop, "show", "chrun")
    assert (wrong.exit_code, wrong.stderr.splitlines()[-1]) == (
        1,
        "Error: there is no binding 'chrun'; did you mean 'churn'?",
    )
    outside = CliRunner().invoke(kedro_bind_group, ["show", "churn"])
    assert outside.exit_code == 1
    assert "run this in the folder of its Kedro project" in outside.stderr


@pytest.mark.slow
def test_a_logged_model_is_drawn_by_every_form_of_its_uri(ran, client, tmp_path):
    project, _ = ran
    version = client.get_model_version("churn", "1")
    folder = mlflow.artifacts.download_artifacts(artifact_uri="models:/churn/1", dst_path=str(tmp_path))
    drawn = set()
    for uri in ("models:/churn/1", "models:/churn@champion", version.source, f"runs:/{version.run_id}/churn", folder):
        result = CliRunner().invoke(
            kedro_bind_group, ["show", uri]
        )  # without a project, as who is given a model has it
        assert result.exit_code == 0, result.output
        assert f"the model is {uri.replace('@champion', '/1')}\n" in result.stderr
        drawn.add(result.stdout.partition("\n")[2])
    (text,) = drawn
    assert "  fit_classifier  scaled, params:depth -> classifier\n" in text
    assert "  customers    the input, spend: double, visits: long\n" in text
    assert "sha256" in text
    assert show(project, "churn", "--logged").partition("\n")[2] == text


@pytest.mark.slow
def test_the_card_of_a_model_has_what_is_known_of_it(ran, client):
    project, _ = ran
    run_id = client.get_model_version("churn", "1").run_id
    page = show(project, "models:/churn/1", "--format=html")
    for heading in ("Signature", "Parameters", "Artifacts", "Lineage", "Document", "Requirements"):
        assert f"<h2>{heading}</h2>" in page
    assert run_id in page
    assert "kedro-bind==" in page


@pytest.mark.slow
def test_a_run_logs_the_picture_to_itself_and_into_the_model(ran, client):
    version = client.get_model_version("churn", "1")
    run = client.get_run(version.run_id)
    of_run = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/kedro_bind/churn.html")
    model = client.get_logged_model(version.source.removeprefix("models:/"))
    of_model = mlflow.artifacts.load_text(f"{model.artifact_location}/picture.html")
    assert of_run == of_model
    assert f"<code>models:/{model.model_id}</code>" in of_run


@pytest.mark.slow
def test_after_a_run_the_commands_that_use_the_model_are_on_whole_lines(ran):
    _, output = ran
    lines = output.splitlines()
    assert any("kedro_bind: serve it with: kedro bind serve models:/churn/1" in line for line in lines)
    (asked,) = (
        line for line in lines if "then try it, with values of your own in place of these made-up ones: curl " in line
    )
    _, _, body = asked.partition(" -d '")
    example = {"dataframe_records": [{"spend": 1.5, "visits": 1}], "params": {"threshold": 0.0}}
    assert json.loads(body.partition("' ")[0]) == example
    assert "http://127.0.0.1:5001/invocations" in asked


@pytest.mark.slow
def test_lineage_has_the_graph_of_training(ran, client):
    model = client.get_logged_model(client.get_model_version("churn", "1").source.removeprefix("models:/"))
    lineage = yaml.safe_load(mlflow.artifacts.load_text(f"{model.artifact_location}/artifacts/plan/lineage.yml"))
    project, _ = ran
    assert lineage["training_graph"][0] == {
        "name": "fit_scaler",
        "function": f"{project.package}.nodes:fit_scaler",
        "inputs": ["customers"],
        "outputs": ["scaler"],
    }


@pytest.mark.slow
def test_an_evaluation_is_drawn_as_it_is_declared_and_as_it_was_when_the_model_was_logged(scored):
    declared, logged = show(scored, "churn"), show(scored, "models:/churn/1")
    assert declared.endswith(EVALUATION)
    assert logged.endswith(EVALUATION)
    document = scored.path / "conf/base/pipeline_ml.yml"
    listed = document.read_text().replace("input_name: holdout}", "metrics: [scores]}")
    document.write_text(listed)
    assert "  customers     the input\n" in show(scored, "churn").partition("evaluates")[2]
    assert "  scores        logged as metrics\n" in show(scored, "churn")
    assert show(scored, "models:/churn/1") == logged


@pytest.mark.slow
def test_the_lineage_of_a_model_with_an_evaluation_has_its_graph(scored, tmp_path):
    client = mlflow.MlflowClient(tracking_uri=scored.store, registry_uri=scored.store)
    model = client.get_logged_model(client.get_model_version("churn", "1").source.removeprefix("models:/"))
    folder = Path(mlflow.artifacts.download_artifacts(model.artifact_location, dst_path=str(tmp_path)))
    lineage = yaml.safe_load((folder / "artifacts/plan/lineage.yml").read_text())
    assert [node["name"] for node in lineage["evaluation_graph"]] == ["count", "score", "side_by_side"]
    assert lineage["evaluation_graph"][1] == {
        "name": "score",
        "function": f"{scored.package}.nodes:score",
        "inputs": ["predictions", "labels", "params:scale"],
        "outputs": ["scores"],
    }
    assert ">evaluates</text>" in (folder / "picture.html").read_text()


@pytest.mark.slow
def test_a_picture_that_fails_is_one_warning_and_the_model_is_logged(project, store, messages, monkeypatch):
    project.write("conf/base/pipeline_ml.yml", BINDING + MODEL)

    def fail(*_):
        raise RuntimeError("no ink")

    monkeypatch.setattr(presented, "_log_picture", fail)
    with project.session() as session:
        session.run(pipeline_names=["churn"])
    told = [line for line in messages if "picture" in line]
    assert told == ["kedro_bind: the model 'churn' is logged without a picture: no ink"]
    mlflow.set_tracking_uri(store)
    assert mlflow.MlflowClient().get_model_version("churn", "1").status == "READY"


def test_a_model_of_an_earlier_version_is_drawn_as_far_as_it_tells(shop):
    drawn = show(shop, str(EARLIER))
    assert "  fit_scaler      what it reads and writes is not known\n" in drawn
    assert "json.JSONDataset · 47 B" in drawn


def test_a_model_of_another_kind_is_refused(shop, tmp_path):
    (tmp_path / "MLmodel").write_text("flavors: {sklearn: {pickled_model: model.pkl}}\n")
    refused = bind(shop, "show", str(tmp_path))
    assert refused.exit_code == 1
    assert "is not one that kedro_bind has logged" in refused.stderr
    missing = bind(shop, "show", str(tmp_path / "missing"))
    assert missing.exit_code == 1
    assert "can't be read" in missing.stderr


def test_a_notebook_shows_the_picture_in_a_frame():
    from kedro.pipeline import Pipeline, node

    from tests.kedro_bind.model import nodes

    training = Pipeline([node(nodes.total, ["x", "y"], "artifact", name="total")])
    inference = Pipeline([node(nodes.add, ["x", "artifact"], "out", name="add")])
    evaluation = Pipeline([node(nodes.total, ["out", "y"], "error", name="measure")])
    drawn = pipeline_ml_factory(training, inference, "x", evaluation=evaluation)._repr_html_()
    assert drawn.startswith("<iframe srcdoc=")
    assert 'sandbox="allow-scripts"' in drawn
    assert "artifact" in drawn
    assert "measure" in drawn


def test_the_bindings_as_json(shop):
    listed = json.loads(bind(shop, "list", "--format=json").stdout)
    assert listed == {
        "bindings": [
            {
                "name": "churn",
                "file": "conf/base/pipeline_ml.yml",
                "line": 1,
                "valid": True,
                "training": {"pipeline": ["data_science"], "tags": ["training"]},
                "inference": {"pipeline": ["data_science"], "tags": ["inference"]},
                "input_name": "customers",
                "evaluation": None,
                "registered_model_name": "churn",
                "aliases": ["champion"],
                "row_wise": "auto",
            }
        ]
    }


def test_the_list_of_a_project_without_bindings(project):
    (project.path / "conf/base/pipeline_ml.yml").unlink()
    assert json.loads(bind(project, "list", "--format=json").stdout) == {"bindings": []}
    listed = bind(project, "list").stdout
    assert listed == "no bindings; declare one in conf/base/pipeline_ml.yml\n"


def test_an_invalid_binding_is_listed_as_invalid(project):
    project.write("conf/base/pipeline_ml.yml", BINDING + "\nother: {training: 3}\n")
    rows = bind(project, "list").stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["binding", "churn", "other"]
    assert "invalid; run 'kedro bind check other' to see why" in rows[2]
    listed = json.loads(bind(project, "list", "--format=json").stdout)["bindings"]
    assert [(entry["name"], entry["valid"]) for entry in listed] == [("churn", True), ("other", False)]


def test_a_shell_completes_the_names_of_bindings(shop):
    kedro = str(Path(sys.executable).with_name("kedro"))
    words = {"_KEDRO_COMPLETE": "bash_complete", "COMP_WORDS": "kedro bind show ch", "COMP_CWORD": "3"}
    assert "plain,churn" in shop.python(kedro, **words).stdout.splitlines()


@pytest.mark.parametrize("command", ["show", "check", "log", "serve"])
def test_each_command_that_takes_a_binding_completes_its_name(shop, command):
    given = ShellComplete(kedro_bind_group, {"obj": bootstrap_project(shop.path)}, "kedro", "_KEDRO_COMPLETE")
    assert [completion.value for completion in given.get_completions([command], "ch")] == ["churn"]
    assert given.get_completions([command], "x") == []


def test_where_bindings_cannot_be_read_nothing_is_completed(project):
    project.write("conf/base/pipeline_ml.yml", "churn: [")
    given = ShellComplete(kedro_bind_group, {"obj": bootstrap_project(project.path)}, "kedro", "_KEDRO_COMPLETE")
    assert given.get_completions(["show"], "") == []
