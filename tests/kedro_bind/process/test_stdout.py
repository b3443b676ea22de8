"""The answer of a command on standard output."""

from __future__ import annotations

import sys

import click
from click.testing import CliRunner

from kedro_bind.process.stdout import AnswerCommand, answer


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
