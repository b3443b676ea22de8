"""The commands and snippets of docs/editor.md."""

from __future__ import annotations

import json
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests.kedro_project import make_project

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```\n(kedro bind .*)\n```$", PAGE, flags=re.MULTILINE)
JSON = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)]
DOCUMENTS = ["conf/base/pipeline_ml.yml", "conf/prod/pipeline_ml/churn.yml"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("editor_page") / "project")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs_and_writes_what_it_names(command, project):
    arguments = shlex.split(command)[1:]
    assert project.kedro(*arguments).returncode == 0
    for argument in arguments:
        if argument.startswith("--output="):
            assert json.loads((project.path / argument.removeprefix("--output=")).read_text(encoding="utf-8"))


def test_the_page_has_its_commands():
    assert [command.split()[2] for command in COMMANDS] == ["schema", "check", "check"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_patterns_of_the_page_match_the_documents(path):
    settings, entry = JSON
    assert any(matches(path, pattern) for pattern in settings["yaml.schemas"]["conf/kedro_bind.schema.json"])
    assert any(matches(f"project/{path}", pattern) for pattern in entry["fileMatch"])


def matches(path: str, pattern: str) -> bool:
    """Check whether a path matches a pattern in which `**/` stands for any folders, or none."""
    return fnmatch(path, pattern) or fnmatch(path, pattern.replace("/**/", "/"))


def test_the_entry_of_schemastore_refers_to_the_shipped_schema():
    address = JSON[1]["url"].partition("/main/")[2]
    assert (
        json.loads((ROOT / address).read_text(encoding="utf-8"))["$schema"] == "http://json-schema.org/draft-07/schema#"
    )


def test_the_workflow_is_yaml_and_uploads_what_the_command_writes():
    (block,) = re.findall(r"^```yaml\n(- run.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    run, upload = yaml.safe_load(block)
    assert run["run"].endswith(f"--output={upload['with']['sarif_file']}")
