"""Kedro's hooks before and after a command."""

from __future__ import annotations

import sys

import pytest

from kedro_bind.cli.hooks import cli_hooks
from kedro_bind.session.open_runs import open_runs


@pytest.fixture
def interrupted(monkeypatch):
    monkeypatch.setattr(open_runs, "interrupted", True)


@pytest.mark.usefixtures("interrupted")
def test_a_command_that_is_aborted_after_an_interrupted_run_exits_as_shells_expect():
    with pytest.raises(SystemExit) as error:
        cli_hooks.after_command_run(exit_code=1)
    assert error.value.code == 130


@pytest.mark.usefixtures("interrupted")
@pytest.mark.parametrize("exit_code", [0, 2])
def test_a_command_that_ends_otherwise_keeps_its_exit_code(exit_code):
    assert cli_hooks.after_command_run(exit_code=exit_code) is None


def test_a_failure_without_an_interrupted_run_keeps_its_exit_code():
    assert cli_hooks.after_command_run(exit_code=1) is None


def test_a_process_without_a_bound_run_imports_nothing_at_its_end(monkeypatch):
    monkeypatch.delitem(sys.modules, "kedro_bind.session.open_runs")
    cli_hooks.after_command_run(exit_code=1)
    assert "kedro_bind.session.open_runs" not in sys.modules


def test_a_command_outside_of_a_project_is_left_alone():
    assert cli_hooks.before_command_run(project_metadata=None, command_args=["new"]) is None
