"""The group `kedro bind`, which imports a command only when it is called."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from kedro_bind.cli import WITHOUT_PROJECT, bind

CONTEXT = click.Context(bind)
COMMANDS = bind.list_commands(CONTEXT)


def test_help_lists_every_command_with_its_summary():
    printed = CliRunner().invoke(bind, ["--help"], terminal_width=200).stdout
    listed = [line.split()[0] for line in printed.partition("Commands:")[2].splitlines() if line]
    assert listed == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example(name):
    result = CliRunner().invoke(bind, [name, "--help"])
    assert result.exit_code == 0
    assert f"Example: kedro bind {name}" in result.stdout


def test_an_unknown_command_is_wrong_usage():
    result = CliRunner().invoke(bind, ["chek"])
    assert result.exit_code == 2
    assert "No such command 'chek'" in result.stderr


def test_commands_without_a_project_exist():
    assert set(WITHOUT_PROJECT) <= set(COMMANDS)


def test_the_group_imports_no_command():
    code = "import sys, kedro_bind.cli; print([name for name in sys.modules if name.endswith('_command')])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_help_of_every_output_format_says_which_form_to_pipe():
    printing = set(COMMANDS) - {"predict"}  # whose format is that of a file
    formats = {
        name: option.help
        for name in printing
        for option in bind.get_command(CONTEXT, name).params
        if "--format" in option.opts
    }
    assert set(formats) == {"check", "diff", "evaluate", "list", "show"}
    assert {name for name, text in formats.items() if f"'python -m kedro_bind {name}'" not in text} == set()
