"""What a guide has that can be run: files, commands, and what these print.

A file is a block after a line that is its path; one that is added to begins with "Added to". A command begins with `$`,
and what it prints follows. Of the output, each line has to be printed in this order, apart from ids of models; `…`
stands for any other lines.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.kedro_project import clean_environment
from tests.servers import ask, free_port, serving

if TYPE_CHECKING:
    from collections.abc import Mapping

GUIDES = Path(__file__).parents[1] / "docs" / "guides"
BIN = Path(sys.executable).parent


def guide(name: str) -> str:
    """Read a guide."""
    return (GUIDES / f"{name}.md").read_text(encoding="utf-8")


def files(text: str) -> dict[str, str]:
    """Return the files that a page has, by their paths in the project."""
    found = re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return dict(found)


def additions(text: str) -> dict[str, str]:
    """Return what a page adds to files, by their paths in the project."""
    found = re.findall(r"Added to `([\w./]+)`:\n\n```\w+\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return dict(found)


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a page, each with the lines that it prints."""
    blocks = re.findall(r"^```\n\$ (.*?)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [(command, [line for line in printed.splitlines() if line != "…"]) for command, printed in blocks]


def environment() -> dict[str, str]:
    """Return the environment for the commands: they are those of this Python."""
    made = clean_environment()
    return {**made, "PATH": f"{BIN}:{made['PATH']}"}


def run(command: str, folder: Path) -> str:
    """Run a command in a folder, and return what it prints."""
    result = subprocess.run(
        shlex.split(command), cwd=folder, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def server_command(command: str, port: int) -> list[str]:
    """Return the command of a server, on another port than that of the page."""
    program, *arguments = shlex.split(command)
    return [str(BIN / program), *arguments, f"--port={port}"]


def write_files(texts: Mapping[str, str], project: Path) -> None:
    """Write files in a project."""
    for name, text in texts.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")


def assert_served(serve: tuple[str, list[str]], call: tuple[str, list[str]], project: Path) -> None:
    """Serve on another port than the page does, and check what the server prints and what it answers a curl command."""
    (command, listening), (request, answer) = serve, call
    port = free_port()
    with serving(server_command(command, port), f"http://127.0.0.1:{port}/ping", project, environment()):
        *_, body, url = shlex.split(request.replace(":5001", f":{port}"))  # curl … -d BODY URL
        if body.startswith("@"):
            body = (project / body.removeprefix("@")).read_text(encoding="utf-8")
        assert ask(url, json.loads(body)) == (200, json.loads("\n".join(answer)))
    assert_printed([line.replace(":5001", f":{port}") for line in listening], (project / "server.log").read_text())


def without_ids(text: str) -> str:
    """Return a text without ids of models and without line breaks."""
    return re.sub(r"m-[0-9a-f]{32}", "m-…", " ".join(text.split()))


def assert_printed(expected: list[str], output: str) -> None:
    """Check that the lines are printed in this order, wherever they are wrapped."""
    rest = without_ids(output)
    for line in expected:
        message = without_ids(line.removeprefix("INFO"))
        assert message in rest, output
        rest = rest.partition(message)[2]
