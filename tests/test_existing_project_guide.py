"""The guide to an existing project, run on one in the shape of spaceflights, to a served model."""

from __future__ import annotations

import json
import shlex

import pytest
import yaml

from tests.flights_project import write_flights
from tests.guides import assert_printed, commands, environment, files, guide, run, server_command
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow
MOST_COMMANDS, MOST_FILES = 8, 3
DOCUMENT, REQUEST = "conf/base/pipeline_ml.yml", "shuttle.json"


@pytest.fixture
def flights(tmp_path):
    """A project that trains and evaluates, and has no node that predicts."""
    run("kedro new --name spaceflights --tools=none --example=n", tmp_path)
    write_flights(tmp_path / "spaceflights")
    return tmp_path / "spaceflights"


def test_from_an_existing_project_to_a_served_model(flights):
    text = guide("existing-project")
    steps, contents = commands(text), files(text)
    assert len(steps) <= MOST_COMMANDS
    assert len(contents) <= MOST_FILES
    (init, written), *check_and_train, (serve, listening), (call, answer) = steps
    for name in contents.keys() - {DOCUMENT}:
        (flights / name).parent.mkdir(parents=True, exist_ok=True)
        (flights / name).write_text(contents[name], encoding="utf-8")
    assert_printed(written, run(init, flights))
    assert with_processing((flights / DOCUMENT).read_text(encoding="utf-8")) == yaml.safe_load(contents[DOCUMENT])
    (flights / DOCUMENT).write_text(contents[DOCUMENT], encoding="utf-8")
    for command, printed in check_and_train:
        assert_printed(printed, run(command, flights))
    port = free_port()
    with serving(server_command(serve, port), f"http://127.0.0.1:{port}/ping", flights, environment()):
        *_, body, url = shlex.split(call.replace(":5001", f":{port}"))  # curl … -d @FILE URL
        assert body == f"@{REQUEST}"
        assert ask(url, json.loads(contents[REQUEST])) == (200, json.loads("\n".join(answer)))
    assert_printed([line.replace(":5001", f":{port}") for line in listening], (flights / "server.log").read_text())


def with_processing(document: str):
    """Return the document that `init` wrote, edited as the guide says."""
    bindings = yaml.safe_load(document)
    (binding,) = bindings.values()
    assert binding["training"] == {"pipeline": "data_science"}
    binding["training"]["pipeline"] = ["data_processing", "data_science"]
    return bindings


def test_a_plain_run_predicts_as_well(flights):
    name = "src/spaceflights/pipelines/inference/__init__.py"
    (flights / name).parent.mkdir()
    (flights / name).write_text(files(guide("existing-project"))[name], encoding="utf-8")
    assert_printed(["predict_node", "Pipeline execution completed successfully"], run("kedro run", flights))
