"""The guides about preprocessing and several models, run on a copy of the example that has trained both bindings."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil

import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.pipeline import Pipeline, node

from kedro_bind.checks import Project, check_project
from tests.guides import additions, assert_printed, commands, environment, files, guide, run, server_command
from tests.kedro_project import make_project
from tests.servers import ask, free_port, serving
from tests.test_docs import EXAMPLE, catalog

PREPROCESSING, SEVERAL_MODELS = guide("preprocessing"), guide("several-models")
NAMESPACE = PREPROCESSING.partition("## One namespace for each model\n")[2].partition("\n## ")[0]
MISTAKES = re.findall(r"^\| `(\w+)` is tagged `(\w+)` \| (.+) \|$", PREPROCESSING, flags=re.MULTILINE)
SCORES = "data/scores.csv"
TICKET_IMPORTS = """\
from kedro.pipeline import Pipeline, node

from {package}.nodes import clean, fit_classifier, fit_vectorizer, predict, vectorize


"""
TICKET_NODES = """\
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression


def clean(tickets):
    return tickets.assign(text=tickets["text"].str.lower())


def fit_vectorizer(clean_tickets):
    return CountVectorizer().fit(clean_tickets["text"])


def vectorize(clean_tickets, vectorizer):
    return vectorizer.transform(clean_tickets["text"])


def fit_classifier(vectors, teams):
    return LogisticRegression().fit(vectors, teams["team"])


def predict(vectors, classifier):
    return pd.DataFrame({"team": classifier.predict(vectors)})
"""


@pytest.fixture(scope="module")
def penguins(tmp_path_factory, empty_store):
    """The example with the files and the bindings of both guides, and what training it printed."""
    project = tmp_path_factory.mktemp("guides") / "penguins"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts", "*.pkl", "__pycache__"))
    shutil.copy(empty_store, project / "mlflow.db")
    for name, content in {**files(PREPROCESSING), **files(SEVERAL_MODELS)}.items():
        if name != SCORES:
            (project / name).write_text(content, encoding="utf-8")
    for name, content in additions(SEVERAL_MODELS).items():
        with (project / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{content}")
    train = command_of(SEVERAL_MODELS, "kedro run")
    return project, run(train[0], project)


def command_of(text: str, start: str) -> tuple[str, list[str]]:
    """Return the first command that begins so, with the lines that it prints."""
    return next((command, printed) for command, printed in commands(text) if command.startswith(start))


def test_the_excerpts_about_preprocessing_are_those_of_the_example():
    code = "\n".join(ast.unparse(ast.parse(file.read_text(encoding="utf-8"))) for file in EXAMPLE.rglob("*.py"))
    configuration = "\n".join(file.read_text(encoding="utf-8") for file in EXAMPLE.rglob("*.yml"))
    statements = [ast.unparse(part) for block in excerpts("python") for part in ast.parse(block).body]
    assert len(statements) == 3
    assert not [statement for statement in statements if statement not in code]
    assert not [block for block in excerpts("yaml") if block not in configuration]


def excerpts(language):
    """Return the blocks of a language that are about the example."""
    return blocks(language, PREPROCESSING.replace(NAMESPACE, ""))


def blocks(language, text):
    """Return the blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.full
def test_preprocessing_fitted_in_training_fills_the_gaps_of_a_table(penguins):
    project, _ = penguins
    for command, printed in commands(PREPROCESSING):
        assert_printed(printed, run(command, project))
    expected = pd.read_csv(io.StringIO(files(PREPROCESSING)[SCORES]))
    pd.testing.assert_frame_equal(pd.read_csv(project / SCORES), expected)


@pytest.mark.slow
def test_a_namespace_for_a_model_beside_shared_preprocessing_is_bound(tmp_path):
    project = make_project(tmp_path / "project", binding=None)
    project.write(f"src/{project.package}/nodes.py", TICKET_NODES)
    for name, code in zip(("preprocessing", "routing"), blocks("python", NAMESPACE), strict=True):
        project.write(f"src/{project.package}/pipelines/{name}/__init__.py", TICKET_IMPORTS + code)
    catalog_text, document = blocks("yaml", NAMESPACE)
    project.write("conf/base/catalog.yml", catalog_text)
    project.write("conf/base/pipeline_ml.yml", document)
    project.write("data/01_raw/tickets.csv", "text,team\n" + "Refund please,billing\nThe app crashes,support\n" * 10)
    shutil.rmtree(project.source / "pipelines" / "data_science")
    shutil.rmtree(project.source / "pipelines" / "reporting")
    assert_printed(["1 binding in 1 file (env local): no problems"], project.kedro("bind", "check").stdout)
    run = project.kedro("run", "--pipelines=routing_model")
    assert_printed(["the model 'routing_model' is logged as"], run.stdout + run.stderr)  # Kedro 1.2 logs to the latter


@pytest.mark.parametrize(("name", "tags", "reported"), MISTAKES)
def test_a_wrong_tag_is_reported(name, tags, reported, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(EXAMPLE / "src")
    from penguins.pipelines.species import create_pipeline, pipeline

    nodes = [n if n.name != name else tagged(n, getattr(pipeline, tags)) for n in create_pipeline().nodes]
    pipelines = {"species": Pipeline(nodes), "__default__": Pipeline(nodes)}
    loader = OmegaConfigLoader(str(EXAMPLE / "conf"), base_env="base", default_run_env="local")
    report = check_project(Project(loader, tmp_path, "penguins", lambda: pipelines, lambda: catalog(loader)))
    codes = set(re.findall(r"\]\(\.\./checks/([\w-]+)\.md\)", reported))
    assert codes
    assert codes <= {finding.code for finding in report.findings}


def tagged(original, tags):
    """Return a node like another one, with other tags."""
    return node(original.func, original.inputs, original.outputs, name=original.name, tags=tags)


@pytest.mark.slow
@pytest.mark.full
def test_several_models_are_trained_and_served_together(penguins):
    project, trained = penguins
    for line in command_of(SEVERAL_MODELS, "kedro run")[1]:
        assert_printed([line], trained)  # Kedro runs the pipelines in any order
    assert_printed(command_of(SEVERAL_MODELS, "kedro bind list")[1], run("kedro bind list", project))
    serve, printed = command_of(SEVERAL_MODELS, "kedro bind serve")
    calls = [step for step in commands(SEVERAL_MODELS) if step[0].startswith("curl")]
    assert len(calls) == 2
    port = free_port()
    with serving(server_command(serve, port), f"http://127.0.0.1:{port}/ping", project, environment()):
        for call, answer in calls:
            url = call.split()[-1].replace(":5001", f":{port}")
            status, predicted = ask(url, json.loads((project / "penguin.json").read_text()))
            assert status == 200
            assert_same_predictions(predicted, json.loads("\n".join(answer)))
    assert_printed([line.replace(":5001", f":{port}") for line in printed], (project / "server.log").read_text())


def assert_same_predictions(found: dict[str, list[dict[str, object]]], expected: dict[str, list[dict[str, object]]]):
    """Compare up to the rounding of floating-point numbers."""
    pd.testing.assert_frame_equal(pd.DataFrame(found["predictions"]), pd.DataFrame(expected["predictions"]))
