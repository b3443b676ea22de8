"""docs/show.md: what it shows is what the commands print, and its picture is the one they draw.

Both are of the example with the evaluation that docs/evaluation.md declares.

`KEDRO_BIND_UPDATE_GOLDEN=1 pytest tests/test_docs_show.py` writes both anew.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from kedro_bind.cli import bind

ROOT = Path(__file__).parents[1]
PAGE, PICTURE = ROOT / "docs" / "show.md", ROOT / "docs" / "images" / "show.svg"
UPDATE = os.getenv("KEDRO_BIND_UPDATE_GOLDEN") == "1"
BLOCK = re.compile(r"^```\n\$ kedro bind (.+)\n((?:.*\n)*?)```$", re.MULTILINE)
DOCUMENT = re.search(
    r"^```yaml\n(.*?)^```$", (ROOT / "docs/evaluation.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
COMMANDS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run a command of `kedro bind` in a copy of the example; what it imports is forgotten afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    example = tmp_path / "penguins"
    shutil.copytree(ROOT / "examples" / "penguins", example, ignore=shutil.ignore_patterns("mlflow.db", "mlartifacts"))
    (example / "conf/base/pipeline_ml.yml").write_text(DOCUMENT[1], encoding="utf-8")
    before = set(sys.modules)

    def printed(*arguments):
        result = CliRunner().invoke(bind, arguments, obj=bootstrap_project(example))
        assert result.exit_code == 0, result.output
        return result.stdout

    yield printed
    for name in [name for name in set(sys.modules) - before if name.partition(".")[0] == "penguins"]:
        del sys.modules[name]


def test_the_page_has_commands():
    assert len(COMMANDS) == 2


@pytest.mark.parametrize(("command", "expected"), COMMANDS)
def test_the_page_shows_what_is_printed(run, command, expected):
    printed = run(*shlex.split(command))
    if UPDATE:
        page = PAGE.read_text(encoding="utf-8")
        block = f"```\n$ kedro bind {command}\n"
        PAGE.write_text(page.replace(f"{block}{expected}```", f"{block}{printed}```"), encoding="utf-8")
        return
    assert printed == expected


def test_the_picture_of_the_page_is_the_one_that_is_drawn(run):
    drawn = run("show", "penguins", "--format=svg").strip() + "\n"
    if UPDATE:
        PICTURE.write_text(drawn, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == drawn
