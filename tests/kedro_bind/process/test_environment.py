"""Environment variables that several runs set at once, and a logger that they keep quiet."""

from __future__ import annotations

import logging
import os
import threading

import pytest

from kedro_bind.process.environment import set_variable, variable_of_others
from kedro_bind.process.quiet import quiet
from kedro_bind.tracking.retries import retrying

NAME = "KEDRO_BIND_TEST_VARIABLE"


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)


@pytest.mark.parametrize("before", [None, "theirs"])
def test_the_last_one_gives_back_what_was_there_before_the_first(monkeypatch, before):
    if before is not None:
        monkeypatch.setenv(NAME, before)
    first, second = set_variable(NAME, "one"), set_variable(NAME, "one")
    assert variable_of_others(NAME) == before
    first()
    assert os.environ[NAME] == "one"
    second()
    assert os.environ.get(NAME) == before


def test_what_others_set_stays(monkeypatch):
    give_back = set_variable(NAME, "ours")
    monkeypatch.setenv(NAME, "theirs")
    give_back()
    assert os.environ[NAME] == "theirs"
    set_variable(NAME, "ours", override=False)()
    assert os.environ[NAME] == "theirs"


def test_a_run_that_ends_takes_nothing_from_one_that_goes_on(monkeypatch):
    retries = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
    monkeypatch.delenv(retries, raising=False)
    level = logging.getLogger("urllib3.util.retry").level
    inside, leave, found = threading.Event(), threading.Event(), []

    def other():
        with retrying("something else"), quiet("mlflow"):
            inside.set()
            leave.wait(60)
            found.append((os.environ.get(retries), logging.getLogger("urllib3.util.retry").propagate))

    thread = threading.Thread(target=other)
    with retrying("something"):
        thread.start()
        inside.wait(60)
    leave.set()
    thread.join()
    assert found == [("6", False)]
    assert retries not in os.environ
    assert logging.getLogger("urllib3.util.retry").level == level
    assert logging.getLogger("urllib3.util.retry").propagate
