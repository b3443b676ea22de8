"""Standard output holds a command's answer alone, and what is copied from it is whole."""

from __future__ import annotations

import json
import logging
import re
import sys

import click
import pytest
from click.testing import CliRunner

from kedro_bind.process.stdout import AnswerCommand, answer
from kedro_bind.process.whole_lines import log_whole
from tests.kedro_project import BINDING

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


@pytest.fixture
def noisy(project):
    """A project that prints wherever its code runs, by all means that there are, with plain logging."""
    project.write("conf/logging.yml", LOGGING)
    project.write(f"src/{project.package}/settings.py", NOISE)
    registry = project.source / "pipeline_registry.py"
    registry.write_text(NOISE + registry.read_text())
    return project


@pytest.fixture
def loud():
    """The environment that a user has: warnings are shown, and lines are 80 columns wide."""
    return {"PYTHONWARNINGS": "", "COLUMNS": "80"}


LISTED = [
    "churn  (conf/base/pipeline_ml.yml:1)",
    "  training:  data_science (tags training)",
    "  inference: data_science (tags inference), from 'customers'",
]


def test_standard_output_of_the_module_is_the_answer(noisy, loud):
    assert noisy.python("-m", "kedro_bind", "list", **loud).stdout.splitlines() == LISTED
    checked = noisy.python("-m", "kedro_bind", "check", "--format=json", **loud)
    assert json.loads(checked.stdout) == {"diagnostics": []}
    for line in ("printed", "warned", "written", "said by a child"):
        assert line in checked.stderr
    assert json.loads(noisy.python("-m", "kedro_bind", "schema", **loud).stdout)["$schema"]


def test_a_command_adds_nothing_to_the_line_that_kedro_writes(project, loud):
    result = project.kedro("bind", "list", **{**loud, "COLUMNS": "300"})
    assert result.stdout.splitlines()[1:] == LISTED
    # Of what is printed while the command runs, here by the pipelines, nothing is in its answer.
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
    said = project.kedro("run", "--pipelines=churn", **loud).stdout
    assert re.search(r"the model 'churn' is logged as models:/m-\w{32}, registered as version 1 of 'churn'", said)
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


def test_a_command_called_within_a_process_answers_where_its_caller_listens():
    @click.command(cls=AnswerCommand)
    def command():
        click.echo("on the way")
        answer("the answer")
        click.echo("afterwards")

    before = sys.stdout
    result = CliRunner().invoke(command)
    assert result.stdout == "the answer\n"
    assert result.stderr == "on the way\nafterwards\n"
    assert sys.stdout is before


def test_a_long_line_is_whole_in_a_narrow_console_and_the_console_is_as_before(said):
    from io import StringIO

    from kedro.logging import RichHandler
    from rich.console import Console

    stream = StringIO()
    console = Console(file=stream, width=40)
    handler = RichHandler(console=console)
    logger = logging.getLogger("kedro_bind.test_of_lines")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        log_whole(logger, logging.INFO, "the model needs %s at %s", "kedro-bind[serve]", "models:/" + "m" * 60)
    finally:
        logger.removeHandler(handler)
    assert "the model needs kedro-bind[serve] at models:/" + "m" * 60 in stream.getvalue()
    assert handler.console is console
    assert console.width == 40
