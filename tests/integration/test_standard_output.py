"""Standard output contains only the answer of a command, and no line break in what is copied from it."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from kedro_bind.render.explanation import explanation
from tests.integration.evaluated import BINDING as EVALUATED
from tests.integration.evaluated import evaluate_in
from tests.kedro_project import BINDING, make_project

QUICK = BINDING + "  model: {verify: false, registered_model_name: churn}\n"
NOISE = """
import os
import subprocess
import sys
import warnings

print("printed")
warnings.warn("warned")
os.write(1, b"written\\n")
subprocess.run([sys.executable, "-c", "print('said by a child')"])
"""
LOGGING = """
version: 1
disable_existing_loggers: false
handlers:
  plain: {class: logging.StreamHandler, stream: ext://sys.stdout}
loggers:
  kedro: {level: INFO, handlers: [plain]}
  py.warnings: {level: INFO, handlers: [plain]}
root: {handlers: [plain]}
"""


NOISY_LINES = ("printed", "warned", "written", "said by a child")


def with_noise(project):
    """Let a project print wherever its code runs, in every possible way, with plain logging."""
    project.write("conf/logging.yml", LOGGING)
    for module in ("settings", "pipeline_registry", "nodes"):
        file = project.source / f"{module}.py"
        file.write_text(NOISE + file.read_text())
    return project


@pytest.fixture
def noisy(project):
    """A project that prints, with plain logging."""
    return with_noise(project)


@pytest.fixture(scope="module")
def noisy_logged(tmp_path_factory, empty_store):
    """A project that prints, and has logged a model whose code prints."""
    project = make_project(tmp_path_factory.mktemp("noisy") / "project")
    with_noise(evaluate_in(project, EVALUATED.replace("model:\n", "model:\n    verify: false\n")))
    shutil.copy(empty_store, project.path / "mlflow.db")
    project.kedro("run", "--pipelines=churn")
    return project


@pytest.fixture
def loud():
    """The environment that a user has: warnings are shown, and lines are 80 columns wide."""
    return {"PYTHONWARNINGS": "", "COLUMNS": "80"}


ROWS = (
    ("binding", "training", "inference", "input", "evaluation", "registers", "row-wise", "declared at"),
    (
        "churn",
        "data_science (tags training)",
        "data_science (tags inference)",
        "customers",
        "-",
        "-",
        "auto",
        "conf/base/pipeline_ml.yml:1",
    ),
)
WIDTHS = [max(map(len, column)) for column in zip(*ROWS, strict=True)]
LISTED = ["  ".join(map(str.ljust, row, WIDTHS)).rstrip() for row in ROWS]


def test_standard_output_of_the_module_is_the_answer(noisy, loud):
    assert noisy.python("-m", "kedro_bind", "list", **loud).stdout.splitlines() == LISTED
    checked = noisy.python("-m", "kedro_bind", "check", "--format=json", **loud)
    assert json.loads(checked.stdout) == {"diagnostics": []}
    for line in NOISY_LINES:
        assert line in checked.stderr
    assert json.loads(noisy.python("-m", "kedro_bind", "schema", **loud).stdout)["$schema"]


def answer_of(project, loud, *arguments):
    """Return what a command prints to standard output; the noise of the project is on standard error."""
    result = project.python("-m", "kedro_bind", *arguments, **loud)
    for line in NOISY_LINES:
        assert line in result.stderr
    return result.stdout


def test_what_explains_draws_or_proposes_prints_its_answer_alone(noisy, loud):
    assert answer_of(noisy, loud, "explain", "empty-selection") == explanation("empty-selection")
    picture = answer_of(noisy, loud, "show", "churn", "--format=svg").strip()
    assert (picture[:5], picture[-6:]) == ("<?xml", "</svg>")
    wrote, *_, following = answer_of(noisy, loud, "init", "--force").splitlines()
    assert wrote == "wrote conf/base/pipeline_ml.yml"
    assert following.startswith("next: kedro bind check && kedro run --pipelines=")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        (["evaluate", "churn", "--format=json"], r"\{.*\}\n"),
        (["diff", "models:/churn/1", "models:/churn/1", "--format=json"], r"\{.*\}\n"),
        (["predict", "churn", "customers", "scores.csv"], r"21 rows in .* s \(.* rows/s\), to scores\.csv\n"),
        (["promote", "churn", "1", "--alias=tried", "--yes"], r"version 1 of 'churn' is now tried\n"),
    ],
    ids=lambda given: given[0] if isinstance(given, list) else "",
)
def test_what_loads_a_model_prints_its_answer_alone(noisy_logged, loud, arguments, form):
    answer = answer_of(noisy_logged, loud, *arguments)
    assert re.fullmatch(form, answer, re.DOTALL)
    if "--format=json" in arguments:
        json.loads(answer)


def test_a_command_adds_nothing_to_the_line_that_kedro_writes(project, loud):
    result = project.kedro("bind", "list", **{**loud, "COLUMNS": "300"})
    assert result.stdout.splitlines()[1:] == LISTED
    # What the pipelines print while the command runs is not in its answer.
    registry = project.source / "pipeline_registry.py"
    registry.write_text(NOISE + registry.read_text())
    checked = project.kedro("bind", "check", "--format=json", **{**loud, "COLUMNS": "300"})
    assert json.loads("\n".join(checked.stdout.splitlines()[1:])) == {"diagnostics": []}
    assert "said by a child" in checked.stderr


@pytest.mark.slow
def test_the_answer_of_log_is_one_line(project, loud):
    project.write("conf/base/pipeline_ml.yml", QUICK)
    project.kedro("run", "--pipelines=churn", "--to-nodes=fit_classifier", **loud)
    answer = project.python("-m", "kedro_bind", "log", "churn", **loud).stdout
    assert re.fullmatch(
        r"the model 'churn' is logged as models:/m-\w{32}, registered as version \d of 'churn'\n", answer
    )


@pytest.mark.slow
def test_a_run_breaks_neither_the_uri_of_the_model_nor_a_command(project, loud):
    project.write("conf/base/pipeline_ml.yml", QUICK)
    first = project.kedro("run", "--pipelines=churn", **loud)
    output = first.stdout + first.stderr  # where MLflow 3.1 sends all log lines once it has made its tables
    assert re.search(r"the model 'churn' is logged as models:/m-\w{32}, registered as version 1 of 'churn'", output)
    filtered = project.kedro("run", "--pipelines=churn", "--to-nodes=fit_scaler", **loud).stdout
    assert "'kedro bind log churn' logs it from what is stored" in filtered


def test_help_and_usage_show_the_command_as_it_was_called(project):
    shown = project.python("-m", "kedro_bind", "check", "--help")
    assert shown.stdout.startswith("Usage: python -m kedro_bind check [OPTIONS] [NAMES]...")
    assert "'python -m kedro_bind check'" in " ".join(shown.stdout.split())
    assert project.python("-m", "kedro_bind", "--help").stdout.startswith("Usage: python -m kedro_bind [OPTIONS]")
    wrong = project.python("-m", "kedro_bind", "list", "--nonsense", check=False)
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert "Usage: python -m kedro_bind list [OPTIONS]" in wrong.stderr


def test_outside_of_a_project_standard_output_is_empty(tmp_path, project):
    result = project.python("-m", "kedro_bind", "list", check=False, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Error: Kedro project not found in" in result.stderr
