"""The server over HTTP: joined requests, faults, limits, and the Open Inference Protocol."""

from __future__ import annotations

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import mlflow
import pandas as pd
import pytest
import requests

from tests.integration.serving.requests_corpus import ROW
from tests.servers import free_port, serve_command, serving

pytestmark = pytest.mark.slow


def post(address, content, path="/invocations", **more):
    return requests.post(f"{address}{path}", json=content, timeout=60, **more)


def still_responds(served):
    assert post(served.ours, {"dataframe_records": [ROW]}).status_code == 200


def test_callers_with_params_of_their_own_get_their_own_predictions(served, logged):
    mlflow.set_tracking_uri(logged.store)
    try:
        alone = mlflow.pyfunc.load_model(served.uri)
    finally:
        mlflow.set_tracking_uri(None)
    asked = [
        ({**ROW, "spend": float(number), "visits": number}, {"mark": str(number % 3), "top": number % 4})
        for number in range(120)
    ]
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda one: post(served.ours, {"inputs": [one[0]], "params": one[1]}).json(), asked))
    for (row, params), response in zip(asked, responses, strict=True):
        expected = alone.predict(pd.DataFrame([row]), params=params).to_dict(orient="records")
        assert response == {"predictions": expected}
    text = requests.get(f"{served.ours}/metrics", timeout=60).text
    assert 'model="people"' in text


@pytest.mark.parametrize(("region", "error"), [("boom", "RuntimeError"), ("lost", "MlflowException")])
def test_the_caller_of_a_failing_row_alone_gets_the_error(served, region, error):
    rows = [{**ROW, "region": region if number % 10 == 0 else "north"} for number in range(60)]
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda row: post(served.ours, {"dataframe_records": [row]}), rows))
    assert [response.status_code for response in responses] == [400 if row["region"] == region else 200 for row in rows]
    refused = responses[0].json()
    assert refused["error_code"] == "BAD_REQUEST"
    assert error in refused["message"]
    assert "secret" not in refused["message"]


@pytest.mark.parametrize("verbose", [False, True])
def test_the_log_of_a_server_has_what_a_node_fails_with(served, tmp_path, verbose):
    address = f"http://127.0.0.1:{free_port()}"
    command = serve_command(served.uri, f"--port={address.rpartition(':')[2]}", *(["--verbose"] if verbose else []))
    with serving(command, f"{address}/health", tmp_path, served.environment):
        assert post(address, {"dataframe_records": [{**ROW, "region": "boom"}]}).status_code == 400
    log = (tmp_path / "server.log").read_text()
    assert "kedro_bind: the model 'people', version 1, fails: RuntimeError: secret of a customer" in log
    assert "raised in node 'score'" in log
    assert ("Traceback" in log) == ("nodes.py" in log) == verbose


@pytest.mark.needs(kedro="1.7")
@pytest.mark.parametrize(
    ("column", "status", "message"),
    [("spend", 400, "spend is not possible"), ("visits", 500, "top is not possible")],
)
def test_validators_look_at_each_joined_request_alone(served, column, status, message):
    rows = [{**ROW, column: -12345 if number % 10 == 0 else number} for number in range(60)]
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(lambda row: post(served.ours, {"dataframe_records": [row]}), rows))
    assert [response.status_code for response in responses] == [status if row[column] < 0 else 200 for row in rows]
    assert message in responses[0].json()["message"]
    alone = post(served.mlflow, {"dataframe_records": [rows[0]]})
    assert (alone.status_code, alone.json()["error_code"]) == (status, responses[0].json()["error_code"])


def test_a_body_that_is_too_large_is_refused(served):
    response = post(served.ours, {"dataframe_records": [{**ROW, "region": "x" * 2_100_000}]})
    assert response.status_code == 413
    still_responds(served)


def test_a_body_of_unknown_length_that_is_too_large_is_refused(served):
    head = (
        b"POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with connected(served) as raw:
        raw.sendall(head + b"200b20\r\n" + b"x" * 2_100_000)
        assert b" 413 " in raw.recv(100)
    still_responds(served)


def connected(served):
    host, _, port = served.ours.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def test_a_client_that_goes_away_harms_nobody(served):
    body = json.dumps({"dataframe_records": [ROW] * 100}).encode()
    for sent in (len(body), len(body) // 2, 0):
        with connected(served) as raw:
            head = "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            raw.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:sent])
        still_responds(served)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/invocations", 405),
        ("POST", "/ping", 405),
        ("POST", "/models/nobody/invocations", 404),
        ("POST", "/models/people/versions/99/invocations", 404),
        ("GET", "/v2/models/nobody", 404),
        ("POST", "/v2/models/people/infer", 400),
    ],
)
def test_an_unknown_path_or_method_is_refused_in_json(served, method, path, status):
    response = requests.request(method, f"{served.ours}{path}", timeout=60)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    still_responds(served)


def test_no_error_shows_a_path_of_the_host(served):
    deep = "[" * 5_000 + "]" * 5_000
    for body in (
        deep,
        '{"inputs": ' + deep + "}",
        '{"dataframe_records": [{"spend": {"a": 1}}]}',
        "x",
        '{"inputs": "x"}',
        '{"dataframe_records": [{"spend": ' + "1" * 5_000 + "}]}",
    ):
        headers = {"Content-Type": "application/json"}
        response = requests.post(f"{served.ours}/invocations", data=body, headers=headers, timeout=60)
        assert response.status_code == 400
        assert not any(place in response.text for place in (str(served.folder), "site-packages", "Traceback", "/tmp"))
    still_responds(served)


def test_the_model_has_paths_by_name_and_version(served):
    for path in ("/models/people/invocations", "/models/people/versions/1/invocations"):
        assert post(served.ours, {"dataframe_records": [ROW]}, path).status_code == 200


def test_v2_in_json(served):
    inputs = [
        {"name": "spend", "datatype": "FP64", "shape": [2], "data": [1.5, 2.5]},
        {"name": "visits", "datatype": "INT64", "shape": [2, 1], "data": [[2], [3]]},
        {"name": "age", "datatype": "FP64", "shape": [2], "data": [30.0, 31.0]},
        {"name": "region", "datatype": "BYTES", "shape": [2], "data": ["north", "south"]},
    ]
    response = post(served.ours, {"id": "7", "inputs": inputs, "parameters": {"mark": "?"}}, "/v2/models/people/infer")
    content = response.json()
    assert response.status_code == 200, content
    assert (content["id"], content["model_name"], content["model_version"]) == ("7", "people", "1")
    outputs = {output["name"]: output for output in content["outputs"]}
    assert outputs["region"]["data"] == ["north?", "south?"]
    assert outputs["score"]["shape"] == [2]


def test_a_full_queue_gets_503_and_when_to_try_again(served, tmp_path):
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "kedro_bind", "serve", served.uri, "--batch", "--max-batch-rows", "1"]
    with serving(
        [*command, "--max-queue", "1", "--port", str(port)], f"{address}/health", tmp_path, served.environment
    ):
        with ThreadPoolExecutor(32) as pool:
            responses = list(pool.map(lambda _: post(address, {"dataframe_records": [ROW]}), range(200)))
        statuses = {response.status_code for response in responses}
        assert statuses == {200, 503}
        refused = next(response for response in responses if response.status_code == 503)
        assert refused.headers["retry-after"] == "1"
        assert post(address, {"dataframe_records": [ROW]}).status_code == 200
