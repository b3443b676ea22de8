"""The commands and the code of docs/serving.md, run in a project whose model has three versions."""

from __future__ import annotations

import json
import re
import shlex
import sys

import pytest

from tests.guides import GUIDES, assert_printed, environment, server_command
from tests.kedro_project import BINDING
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow

PAGE = (GUIDES.parent / "serving.md").read_text(encoding="utf-8")
ONE, SEVERAL = re.findall(r"^\$ (kedro bind serve .*)\n((?:[^`].*\n)*)", PAGE, flags=re.MULTILINE)
(CODE,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
CUSTOMER = {"dataframe_records": [{"spend": 1.5, "visits": 1}]}


@pytest.fixture
def churn(project, store):
    """The project of the page, whose version 3 is the champion and the challenger."""
    options = "  model: {registered_model_name: churn, aliases: [champion, challenger]}\n"
    project.write("conf/base/pipeline_ml.yml", BINDING + options)
    for _ in range(3):
        project.kedro("run", "--pipelines=churn")
    return project


def test_a_model_is_served_and_asked_as_the_page_says(churn):
    (command, printed), port = ONE, free_port()
    with serving(server_command(command, port), f"http://127.0.0.1:{port}/ping", churn.path, environment()):
        *_, body, url = shlex.split(printed.replace(":5001", f":{port}"))
        status, answer = ask(url, json.loads(body))
    assert (status, len(answer["predictions"])) == (200, 1)
    lines = printed.replace(":5001", f":{port}").splitlines()
    assert_printed(lines, (churn.path / "server.log").read_text(encoding="utf-8"))


def test_several_models_and_the_application_answer_alike(churn):
    answers = []
    port = free_port()
    with serving(server_command(SEVERAL[0], port), f"http://127.0.0.1:{port}/ping", churn.path, environment()):
        answers.append(ask(f"http://127.0.0.1:{port}/models/churn/versions/3/invocations", CUSTOMER))
    churn.write("mounted.py", CODE)
    command = [sys.executable, "-m", "uvicorn", "mounted:app", f"--port={port}"]
    mounted = {**environment(), "MLFLOW_TRACKING_URI": churn.store}
    with serving(command, f"http://127.0.0.1:{port}/ping", churn.path, mounted):
        answers.append(ask(f"http://127.0.0.1:{port}/invocations", CUSTOMER))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200
