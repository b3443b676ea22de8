"""The document in force, by the options of a command."""

from __future__ import annotations

import pytest
from kedro.framework.startup import bootstrap_project

from kedro_bind.session.current import Current
from tests.kedro_project import BINDING


@pytest.fixture
def current(project):
    """Nothing read yet, in a project whose environment 'prod' has another binding."""
    project.write("conf/prod/pipeline_ml.yml", BINDING.replace("churn:", "careful:"))
    bootstrap_project(project.path)
    return Current()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["run"], ["churn"]),
        (["run", "--env=prod"], ["churn", "careful"]),
        (["run", "--env", "prod"], ["churn", "careful"]),
        (["run", "-e", "prod"], ["churn", "careful"]),
        (["registry", "list", "--conf-source=elsewhere"], []),
    ],
)
def test_the_options_of_the_command_select_the_document(current, project, arguments, names):
    project.write("elsewhere/base/catalog.yml", "{}\n")
    current.use_command(project.path, arguments)
    config = current.read()
    assert (config.names if config else []) == names


def test_without_a_command_the_working_directory_decides(current, project, monkeypatch):
    monkeypatch.chdir(project.path / "data")
    assert current.read().names == ["churn"]


def test_a_document_is_read_once_until_the_next_command(current, project):
    first = current.read()
    (project.path / "conf/base/pipeline_ml.yml").unlink()
    assert current.read() is first
    current.use_command(project.path, ["run"])
    assert current.read() is None


def test_only_our_own_commands_are_quiet(current, project):
    current.use_command(project.path, ["bind", "check"])
    assert current.quiet
    current.use_command(project.path, ["run"])
    assert not current.quiet
