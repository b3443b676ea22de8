"""The answer of a command on standard output."""

from __future__ import annotations

import subprocess
import sys

import click
from click.testing import CliRunner

from kedro_bind.process.stdout import AnswerCommand, answer
from tests.kedro_project import clean_environment

PROCESS = """
import logging, os, subprocess, sys

import click

from kedro_bind.process.stdout import AnswerCommand, answer

logging.basicConfig(stream=sys.stdout, format="%(message)s")


@click.command(cls=AnswerCommand)
def command():
    say("before")
    answer("the answer")
    say("after")


def say(when):
    print(f"Python {when}")
    os.write(1, f"C {when}\\n".encode())
    subprocess.run([sys.executable, "-c", f"print('child {when}')"], check=True)
    logging.warning("log %s", when)


command(standalone_mode=False)
print("restored")
"""


def test_a_command_that_is_called_in_a_process_writes_its_answer_to_the_callers_stream():
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


def test_a_command_that_is_a_process_has_its_answer_alone_on_standard_output():
    result = subprocess.run(
        [sys.executable, "-c", PROCESS], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert result.stdout == "the answer\nrestored\n"
    printed = [f"{who} {when}" for when in ("before", "after") for who in ("Python", "C", "child", "log")]
    assert sorted(result.stderr.splitlines()) == sorted(printed)
