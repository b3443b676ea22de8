"""The guide to one's own project, run: a project made by `kedro new`, its files and its commands, to a served model."""

from __future__ import annotations

import re

import pytest

from tests.guides import assert_printed, assert_served, commands, files, guide, run

pytestmark = pytest.mark.slow
MOST_COMMANDS = 6


def test_from_a_new_project_to_a_served_model(tmp_path):
    text = guide("own-project")
    steps = commands(text)
    assert len(steps) <= MOST_COMMANDS
    (new, _), *bind_and_train, serve, call = steps
    run(new, tmp_path)
    project = tmp_path / "churn"
    (make_folders,) = re.findall(r"`cd churn && (.+?)`", text)
    run(make_folders, project)
    for name, content in files(text).items():
        (project / name).write_text(content, encoding="utf-8")
    for command, printed in bind_and_train:
        assert_printed(printed, run(command, project))
    assert_served(serve, call, project)
