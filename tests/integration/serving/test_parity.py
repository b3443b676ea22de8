"""MLflow's server and ours respond alike to the same requests, but for what docs/serving.md lists."""

from __future__ import annotations

import json

import pytest
import requests

from tests.integration.serving.requests_corpus import corpus

pytestmark = pytest.mark.slow

LOSSY_INTEGERS = {"cell_visits_1.5", "cell_visits_1e+300"}
"""MLflow cuts off what an integer can't hold."""
NO_CONTENT_TYPE = "type_None"
UNREADABLE_NAMES = {"form_split_list_as_name", "form_split_mapping_as_name"}
"""MLflow's server fails."""


def answer_of(address, asked):
    headers = {} if asked.content_type is None else {"Content-Type": asked.content_type}
    response = requests.post(f"{address}/invocations", data=asked.body, headers=headers, timeout=60)
    if response.status_code == 200:
        return 200, "", json.loads(response.text)
    # MLflow refuses a content type in plain text.
    code = "" if response.status_code == 415 else response.json()["error_code"]
    return response.status_code, code, None


def test_the_corpus_is_large_and_each_request_has_a_name():
    names = [asked.name for asked in corpus()]
    assert len(set(names)) == len(names) >= 200


@pytest.mark.needs(mlflow="3.17")  # earlier versions answer some bad requests with 500 and without JSON
def test_both_servers_answer_alike(served):
    differing = []
    for asked in corpus():
        if asked.name in {*LOSSY_INTEGERS, *UNREADABLE_NAMES, NO_CONTENT_TYPE}:
            continue
        theirs, ours = (answer_of(address, asked) for address in (served.mlflow, served.ours))
        if repr(theirs) != repr(ours):  # NaN is not equal to itself
            differing.append(f"{asked.name}: {theirs} {ours}")
    assert differing == []


def test_what_an_integer_can_not_hold_is_refused(served):
    for asked in corpus():
        if asked.name in LOSSY_INTEGERS:
            assert answer_of(served.ours, asked) == (400, "INVALID_PARAMETER_VALUE", None)


def test_names_of_columns_that_are_not_text_are_refused(served):
    for asked in corpus():
        if asked.name in UNREADABLE_NAMES:
            assert answer_of(served.ours, asked) == (400, "BAD_REQUEST", None)


def test_a_request_without_a_content_type_is_refused(served):
    (asked,) = (asked for asked in corpus() if asked.name == NO_CONTENT_TYPE)
    assert answer_of(served.ours, asked)[0] == 415


@pytest.mark.parametrize("path", ["/ping", "/health", "/version"])
def test_the_other_endpoints_answer_alike(served, path):
    theirs, ours = (requests.get(f"{address}{path}", timeout=60) for address in (served.mlflow, served.ours))
    assert (ours.status_code, ours.text.strip()) == (theirs.status_code, theirs.text.strip())
