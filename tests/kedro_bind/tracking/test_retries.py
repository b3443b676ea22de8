"""Retries in several runs of one process."""

from __future__ import annotations

import logging
import os
import threading

from kedro_bind.process.quiet import quiet
from kedro_bind.tracking.retries import retrying


def test_a_run_that_ends_leaves_the_retries_of_another_run_alone(monkeypatch):
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


def test_a_configuration_in_the_environment_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", raising=False)
    with retrying("something"):
        assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"
        assert "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR" not in os.environ


def test_a_block_within_another_one_shares_its_time():
    with retrying("logging") as outer, retrying("ending the run", retries=2) as inner:
        assert inner is outer
