"""The application that serves loaded models."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from dataclasses import replace

import mlflow
import pytest

from kedro_bind.errors import KedroBindError
from kedro_bind.serving.app import create_app
from kedro_bind.serving.decoder import Decoder
from kedro_bind.serving.limits import Limits
from tests.kedro_bind.serving.asgi import ask, respond

RECORDS = {"dataframe_records": [{"id": 1, "spend": 1.5}, {"id": 2, "spend": 2.5}]}


@pytest.fixture
def app(served):
    return create_app([served, replace(served, version="4"), replace(served, name="other", version="")])


def predict(app, payload, path="/invocations", content_type="application/json"):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    response = ask(app, "POST", path, body, content_type=content_type)
    return response.status, json.loads(response.body)


@pytest.mark.parametrize(
    "path",
    [
        "/invocations",
        "/models/doubling/invocations",
        "/models/doubling/versions/4/invocations",
        "/models/other/invocations",
    ],
)
def test_a_model_predicts_under_its_names(app, path):
    assert predict(app, RECORDS, path) == (200, {"predictions": [{"double": 3.0}, {"double": 5.0}]})


def test_parameters_hold_for_one_request(app):
    assert predict(app, {**RECORDS, "params": {"factor": 10.0}})[1]["predictions"][0] == {"double": 15.0}
    assert predict(app, RECORDS)[1]["predictions"][0] == {"double": 3.0}


ROWS = 5_000
LARGE = {
    "/invocations": {"dataframe_records": [{"id": 1, "spend": 1.5}] * ROWS},
    "/v2/models/doubling/infer": {
        "inputs": [
            {"name": "id", "datatype": "INT64", "shape": [ROWS], "data": [123_456_789] * ROWS},
            {"name": "spend", "datatype": "FP64", "shape": [ROWS], "data": [1.5] * ROWS},
        ]
    },
}


@pytest.mark.parametrize("path", LARGE)
def test_others_are_answered_while_a_large_body_is_decoded(app, monkeypatch, path):
    begun, answered = threading.Event(), threading.Event()
    original = Decoder._rows  # noqa: SLF001 - all bodies of this model go through it

    def wait_for_the_others(*args):
        begun.set()
        return original(*args) if answered.wait(10) else None

    monkeypatch.setattr(Decoder, "_rows", wait_for_the_others)

    async def scene():
        body = json.dumps(LARGE[path]).encode()
        large = asyncio.create_task(respond(app, "POST", path, body, content_type="application/json"))
        await asyncio.to_thread(begun.wait, 10)
        ping = await respond(app, "GET", "/ping")
        answered.set()
        return ping.status, (await large).status

    assert asyncio.run(scene()) == (200, 200)


@pytest.mark.parametrize(
    ("payload", "path", "status", "code"),
    [
        (RECORDS, "/models/gone/invocations", 404, "RESOURCE_DOES_NOT_EXIST"),
        (RECORDS, "/models/doubling/versions/5/invocations", 404, "RESOURCE_DOES_NOT_EXIST"),
        (RECORDS, "/gone", 404, "ENDPOINT_NOT_FOUND"),
        (b"{", "/invocations", 400, "BAD_REQUEST"),
        ({"dataframe_records": [{"id": 1}]}, "/invocations", 400, "INVALID_PARAMETER_VALUE"),
        ({"dataframe_records": [{"spend": 13}]}, "/invocations", 400, "BAD_REQUEST"),
        ({**RECORDS, "params": {"factor": "high"}}, "/invocations", 400, "INVALID_PARAMETER_VALUE"),
        ({**RECORDS, "params": [1]}, "/invocations", 400, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_a_request_that_can_not_be_answered_has_a_code(app, payload, path, status, code):
    found, answer = predict(app, payload, path)
    assert (found, answer["error_code"]) == (status, code)
    assert "/tmp" not in answer["message"]
    assert "13" not in answer["message"]


def test_what_is_served_is_named_to_who_asks_for_something_else(app):
    names, versions = (predict(app, RECORDS, f"/models/{path}/invocations") for path in ("gone", "doubling/versions/5"))
    assert names[1]["message"] == "no model of this name is served here; served are: doubling, other"
    assert versions[1]["message"] == "no such version of 'doubling' is served here; served are: 3, 4"
    error = json.loads(ask(app, "GET", "/v2/models/gone").body)
    assert error == {"error": "no model of this name is served here; served are: doubling, other"}


@pytest.mark.parametrize("level", [logging.WARNING, logging.DEBUG])
def test_what_a_model_fails_with_is_logged_where_it_is_served(app, caplog, monkeypatch, level):
    monkeypatch.setenv("STORE_PASSWORD", "unlucky")
    caplog.set_level(level, "kedro_bind")
    predict(app, {"dataframe_records": [{"spend": 13}]})
    (record,) = (record for record in caplog.records if record.name.startswith("kedro_bind"))
    assert record.levelname == "ERROR"
    assert record.getMessage() == "kedro_bind: the model 'doubling', version 3, fails: RuntimeError: ***"
    assert ("in predict" in (record.exc_text or "")) == (level == logging.DEBUG)
    assert "unlucky" not in caplog.text


def test_what_a_model_refuses_is_not_logged(app, caplog):
    predict(app, {"dataframe_records": [{"spend": -1}]})
    predict(app, {"dataframe_records": [{"id": 1}]})
    assert not [record for record in caplog.records if record.name.startswith("kedro_bind")]


def test_requests_have_limits(served):
    app = create_app([served], limits=Limits(body_bytes=200, rows=1))
    assert predict(app, RECORDS)[0] == 413
    assert predict(app, b"x" * 201)[0] == 413


def test_only_a_row_wise_model_shares_batches(served):
    with pytest.raises(KedroBindError, match="the model 'doubling' is not verified as row-wise"):
        create_app([served], batch=True)


@pytest.mark.parametrize(
    ("path", "body"), [("/ping", b"\n"), ("/health", b"\n"), ("/version", mlflow.__version__.encode())]
)
def test_a_server_says_how_it_is(app, path, body):
    response = ask(app, "GET", path)
    assert (response.status, response.body) == (200, body)


def test_requests_are_counted(app):
    predict(app, RECORDS)
    predict(app, b"{")
    text = ask(app, "GET", "/metrics").body.decode()
    assert 'kedro_bind_requests_total{model="doubling",status="200",version="3"} 1.0' in text
    assert 'kedro_bind_requests_total{model="doubling",status="400",version="3"} 1.0' in text
    assert 'kedro_bind_requests_in_progress{model="doubling",version="3"} 0.0' in text


def test_pages_and_models_are_there(app):
    for path in ("/", "/docs"):
        assert ask(app, "GET", path).body.lower().startswith(b"<!doctype html>")
    assert [model["version"] for model in json.loads(ask(app, "GET", "/models").body)] == ["3", "4", ""]


def test_the_open_inference_protocol(app):
    metadata = json.loads(ask(app, "GET", "/v2/models/doubling").body)
    assert metadata["inputs"] == [
        {"name": "id", "datatype": "INT64", "shape": [-1]},
        {"name": "spend", "datatype": "FP64", "shape": [-1]},
    ]
    tensor = {"name": "spend", "datatype": "FP64", "shape": [2], "data": [1.5, 2.5]}
    status, answer = predict(app, {"inputs": [tensor]}, "/v2/models/doubling/infer")
    assert (status, answer["model_version"]) == (200, "3")
    assert answer["outputs"][0]["data"] == [3.0, 5.0]


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ([{"name": "spend", "datatype": "FP64", "shape": [1, 2], "data": [1, 2]}], "must have the shape [n] or [n, 1]"),
        ([{"name": "spend", "datatype": "FP64", "shape": [1], "data": [1]}] * 2, "the input 'spend' appears twice"),
        (
            [
                {"name": "spend", "datatype": "FP64", "shape": [1], "data": [1]},
                {"name": "id", "datatype": "INT64", "shape": [2], "data": [1, 2]},
            ],
            "the inputs have different numbers of rows",
        ),
    ],
)
def test_tensors_have_to_be_columns(app, tensors, message):
    status, answer = predict(app, {"inputs": tensors}, "/v2/models/doubling/infer")
    assert status == 400
    assert message in answer["error"]
