"""The guide to an existing project, run on one in the shape of spaceflights, to a served model."""

from __future__ import annotations

import pytest
import yaml

from tests.flights_project import write_flights
from tests.guides import assert_printed, assert_served, commands, files, guide, run, write_files

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
    (init, written), *check_and_train, serve, call = steps
    write_files({name: content for name, content in contents.items() if name != DOCUMENT}, flights)
    assert_printed(written, run(init, flights))
    assert with_processing((flights / DOCUMENT).read_text(encoding="utf-8")) == yaml.safe_load(contents[DOCUMENT])
    (flights / DOCUMENT).write_text(contents[DOCUMENT], encoding="utf-8")
    for command, printed in check_and_train:
        assert_printed(printed, run(command, flights))
    assert f"@{REQUEST}" in call[0].split()
    assert_served(serve, call, flights)


def with_processing(document: str):
    """Return the document that `init` wrote, edited as the guide says."""
    bindings = yaml.safe_load(document)
    (binding,) = bindings.values()
    assert binding["training"] == {"pipeline": "data_science"}
    binding["training"]["pipeline"] = ["data_processing", "data_science"]
    return bindings


def test_a_plain_run_predicts_as_well(flights):
    name = "src/spaceflights/pipelines/inference/__init__.py"
    write_files({name: files(guide("existing-project"))[name]}, flights)
    assert_printed(["predict_node", "Pipeline execution completed successfully"], run("kedro run", flights))
