"""The guide to one's own project, run: a project made by `kedro new`, its files and its commands, to a served model."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.guides import assert_printed, commands, environment, files, guide, run, server_command
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow
MOST_COMMANDS = 6


def test_from_a_new_project_to_a_served_model(tmp_path):
    text = guide("own-project")
    steps = commands(text)
    assert len(steps) <= MOST_COMMANDS
    (new, _), *bind_and_train, (serve, listening), (call, answer) = steps
    run(new, tmp_path)
    project = tmp_path / "churn"
    for name, content in files(text).items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content, encoding="utf-8")
    for command, printed in bind_and_train:
        assert_printed(printed, run(command, project))
    port = free_port()
    with serving(server_command(serve, port), f"http://127.0.0.1:{port}/ping", project, environment()):
        *_, body, url = shlex.split(call.replace(":5001", f":{port}"))  # curl … -d BODY URL
        assert ask(url, json.loads(body)) == (200, json.loads("\n".join(answer)))
    assert_printed([line.replace(":5001", f":{port}") for line in listening], (project / "server.log").read_text())
