"""Rows of data are in no message, log or tag, whatever MLflow quotes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project

from kedro_bind.cli import bind
from tests.integration.evaluated import BINDING, NODES, champion, client_of, evaluate_in, train, version

pytestmark = pytest.mark.slow

CARD = "4111-1111"
ROWS = "spend,card\n" + f"1.0,{CARD}\n" * 20
UNVERIFIED = BINDING.replace("model:\n", "model:\n    verify: false\n")


def test_a_champion_that_can_not_be_scored_on_the_new_rows(project, store, messages):
    evaluate_in(project, UNVERIFIED)
    project.write(f"src/{project.package}/nodes.py", NODES.replace('customers["spend"]', "customers.iloc[:, 0]"))
    project.write("data/customers.csv", ROWS)
    project.write("data/holdout.csv", ROWS)
    project.write("data/labels.csv", "churned\n" + "True\n" * 20)
    train(project)
    renamed = ROWS.replace("spend", "amount")
    project.write("data/customers.csv", renamed)
    project.write("data/holdout.csv", renamed)
    train(project)

    result = CliRunner().invoke(bind, ["promote", "churn", "2", "--yes"], obj=bootstrap_project(project.path))
    assert result.exit_code == 1
    assert champion(project) == "1"
    run = client_of(project).get_run(version(project, 2).run_id)
    texts = [*messages, *version(project, 2).tags.values(), *run.data.tags.values(), *result.output.splitlines()]
    assert not [text for text in texts if CARD in text]
    assert len([text for text in texts if "Model is missing inputs ['spend']" in text]) >= 6
