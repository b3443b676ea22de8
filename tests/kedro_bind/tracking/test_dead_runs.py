"""Runs of processes that were killed, in a store."""

from __future__ import annotations

import json
import logging
import sqlite3
from dataclasses import replace

import mlflow
import pytest

from kedro_bind.process.owners import this_process
from kedro_bind.tracking.dead_runs import PROCESS_TAG, end_dead_runs, ended_if_interrupted, process_tag
from kedro_bind.tracking.registration import REGISTERED_NAME_TAG, STATE_TAG, VERSIONS_TAG

pytestmark = pytest.mark.slow

GONE = replace(this_process(), start="1")
ELSEWHERE = replace(GONE, machine="0badcafe")
OURS = {"kedro_bind.binding": "churn"}


@pytest.fixture
def client(store, caplog):
    """A client of the project's store, which is MLflow's own one now."""
    caplog.set_level(logging.INFO, "kedro_bind")
    mlflow.set_tracking_uri(store)
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(None)


def running(client, process, bindings="churn"):
    tags = {PROCESS_TAG: f"1@host {process}" if process else None, "kedro_bind.bindings": bindings}
    return client.create_run("0", tags={key: value for key, value in tags.items() if value}).info.run_id


def logged(client, run_id, *, ready=True, tags=None):
    model = client.create_logged_model("0", "churn", source_run_id=run_id, tags={**OURS, **(tags or {})})
    if ready:
        client.finalize_logged_model(model.model_id, "READY")
    return model.model_id


def registered(client, model_id, *, pending):
    state = {STATE_TAG: "pending"} if pending else {}
    version = client.create_model_version("churn", f"models:/{model_id}", tags={**OURS, **state}, model_id=model_id)
    link = [{"name": "churn", "version": version.version}]
    client.set_logged_model_tags(model_id, {VERSIONS_TAG: json.dumps(link)})
    return str(version.version)


def test_what_a_killed_process_left_half_done_is_removed_and_nothing_else(client, messages):
    client.create_registered_model("churn")
    run_id = running(client, GONE)
    to_register = {REGISTERED_NAME_TAG: "churn"}
    unfinished = logged(client, run_id, ready=False)
    never_registered = logged(client, run_id, tags=to_register)
    half = logged(client, run_id, tags=to_register)
    registered(client, half, pending=True)
    whole = logged(client, run_id, tags=to_register)
    version = registered(client, whole, pending=False)
    in_use = logged(client, run_id, tags=to_register)
    alias = registered(client, in_use, pending=True)
    client.set_registered_model_alias("churn", "champion", alias)
    not_to_be_registered = logged(client, run_id)
    of_another_binding = client.create_logged_model(
        "0", "other", source_run_id=run_id, tags={"kedro_bind.binding": "other"}
    ).model_id

    end_dead_runs("0", ["churn"], except_for="")
    assert client.get_run(run_id).info.status == "KILLED"
    left = {model.model_id for model in client.search_logged_models(["0"])}
    assert left == {whole, in_use, not_to_be_registered, of_another_binding}
    assert left.isdisjoint({unfinished, never_registered, half})
    versions = {str(version.version): version.tags for version in client.search_model_versions("name = 'churn'")}
    assert sorted(versions) == sorted([version, alias])
    assert not any(STATE_TAG in tags for tags in versions.values())
    assert any(
        f"the MLflow run {run_id} was left RUNNING by process 1@host, which is gone" in message for message in messages
    )


@pytest.mark.parametrize(
    ("process", "bindings", "told"),
    [
        (this_process(), "churn", False),
        (ELSEWHERE, "churn", True),
        ("a word", "churn", True),
        (None, "churn", False),
        (GONE, "other", False),
    ],
    ids=["alive", "elsewhere", "unreadable", "not ours", "of another binding"],
)
def test_any_other_run_is_left_alone_and_named_if_its_process_is_unknown(client, messages, process, bindings, told):
    run_id = running(client, process, bindings)
    model = logged(client, run_id, ready=False)
    end_dead_runs("0", ["churn"], except_for="")
    assert client.get_run(run_id).info.status == "RUNNING"
    assert client.get_logged_model(model).model_id == model
    assert any(run_id in message for message in messages) is told


def test_a_store_that_fails_does_not_keep_a_run_from_starting(client, messages, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"not a database at all" * 100)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/broken.db")
    end_dead_runs("0", ["churn"], except_for="")
    assert any("can't be cleaned up: " in message for message in messages)


def test_the_tag_names_the_process_for_people_and_for_programs():
    who, _, name = process_tag().rpartition(" ")
    assert who.startswith(f"{this_process().pid}@")
    assert name == str(this_process())


def test_an_interrupted_query_does_not_keep_its_run_from_being_ended(client):
    def interrupted_query():
        connection = sqlite3.connect(mlflow.get_tracking_uri().removeprefix("sqlite:///"))
        rows = connection.execute("SELECT * FROM experiments UNION ALL SELECT * FROM experiments")
        next(rows)
        raise KeyboardInterrupt

    run = mlflow.start_run(tags={PROCESS_TAG: process_tag()})
    with pytest.raises(KeyboardInterrupt), ended_if_interrupted():
        interrupted_query()
    assert client.get_run(run.info.run_id).info.status == "KILLED"
