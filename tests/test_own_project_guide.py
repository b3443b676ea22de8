"""The guide to one's own project, run: a project made by `kedro new`, its files and its commands, to a served model.

A file is a block after a line that is its path; a command begins with `$`, and what it prints follows. Of the output,
each line has to be printed in this order, apart from ids of models; `…` stands for any other lines.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kedro_project import clean_environment
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow
GUIDE = Path(__file__).parents[1] / "docs" / "guides" / "own-project.md"
MOST_COMMANDS = 6
BIN = Path(sys.executable).parent


def files(text: str) -> dict[str, str]:
    """Return the files that a page has, by their paths in the project."""
    found = re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return dict(found)


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a page, each with the lines that it prints."""
    blocks = re.findall(r"^```\n\$ (.*?)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [(command, [line for line in printed.splitlines() if line != "…"]) for command, printed in blocks]


def without_ids(text: str) -> str:
    return re.sub(r"m-[0-9a-f]{32}", "m-…", " ".join(text.split()))


def assert_printed(expected: list[str], output: str) -> None:
    """Check that the lines are printed in this order, wherever they are wrapped."""
    rest = without_ids(output)
    for line in expected:
        message = without_ids(line.removeprefix("INFO"))
        assert message in rest, output
        rest = rest.partition(message)[2]


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    made = clean_environment()
    return {**made, "PATH": f"{BIN}:{made['PATH']}"}


def test_from_a_new_project_to_a_served_model(tmp_path, environment):
    text = GUIDE.read_text(encoding="utf-8")
    steps = commands(text)
    assert len(steps) <= MOST_COMMANDS
    (new, _), *bind_and_train, (serve, listening), (call, answer) = steps
    run(new, tmp_path, environment)
    project = tmp_path / "churn"
    for name, content in files(text).items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content, encoding="utf-8")
    for command, printed in bind_and_train:
        assert_printed(printed, run(command, project, environment))
    port = free_port()
    server = [*shlex.split(serve), f"--port={port}"]
    server[0] = str(BIN / server[0])
    with serving(server, f"http://127.0.0.1:{port}/ping", project, environment):
        *_, body, url = shlex.split(call.replace(":5001", f":{port}"))  # curl … -d BODY URL
        assert ask(url, json.loads(body)) == (200, json.loads("\n".join(answer)))
    assert_printed([line.replace(":5001", f":{port}") for line in listening], (project / "server.log").read_text())


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    result = subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr
