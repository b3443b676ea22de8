"""`kedro bind serve` as a command: what it takes, what it says, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading

import pytest
import requests

from tests.integration.serving.requests_corpus import ROW

pytestmark = pytest.mark.slow


def refused(arguments, folder, environment):
    command = [sys.executable, "-m", "kedro_bind", "serve", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return " ".join(done.stderr.split())


@pytest.fixture
def server(logged):
    """A server of a binding's name, in its project, on any free port; with its address."""
    command = [sys.executable, "-m", "kedro_bind", "serve", "people", "--port=0"]
    with subprocess.Popen(
        command, cwd=logged.path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            yield process, lines, lines[1].split()[2].rstrip(",")
        finally:
            process.kill()


def test_the_name_of_a_binding_is_served_and_the_uri_is_printed(server):
    _, lines, address = server
    assert lines[0] == "serving models:/people/1 as 'people', version 1\n"
    assert lines[2].startswith("try it, with values of your own in place of these made-up ones: curl ")
    response = requests.post(f"{address}/invocations", json={"dataframe_records": [ROW]}, timeout=60)
    assert response.status_code == 200
    metrics = requests.get(f"{address}/metrics", timeout=60).text
    assert 'kedro_bind_batch_rows_count{model="people",version="1"} 1.0' in metrics  # its binding has 'row_wise: true'


def test_sigterm_lets_requests_under_way_finish(server):
    process, _, address = server
    statuses = []

    def ask():
        many = {"dataframe_records": [ROW] * 50_000}
        statuses.append(requests.post(f"{address}/invocations", json=many, timeout=60).status_code)

    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as raw:
        body = b'{"dataframe_records": []}'
        head = "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        raw.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join()
        process.send_signal(signal.SIGTERM)
        raw.sendall(body[5:])
        assert b"HTTP/1.1 " in raw.recv(100)
    process.wait(timeout=60)
    assert statuses == [200]


def test_a_name_without_a_project_is_refused(served, tmp_path):
    message = refused(["people"], tmp_path, served.environment)
    assert "run this in the folder of its Kedro project" in message


def test_a_name_that_is_not_a_binding_is_refused(served, logged):
    assert "there is no binding 'nobody'" in refused(["nobody"], logged.path, served.environment)


def test_a_model_that_is_not_there_is_refused(served, tmp_path):
    assert "can't be loaded" in refused(["models:/nobody@champion", "--port=0"], tmp_path, served.environment)


def test_a_port_that_is_taken_is_refused(served, tmp_path):
    port = served.ours.rpartition(":")[2]
    assert "choose another '--host' or '--port'" in refused(
        [served.uri, f"--port={port}"], tmp_path, served.environment
    )


def test_the_missing_extra_is_named(served, tmp_path):
    (tmp_path / "uvicorn.py").write_text("raise ImportError('not here', name='uvicorn')\n")
    message = refused([served.uri], tmp_path, {**served.environment, "PYTHONPATH": str(tmp_path)})
    assert "pip install 'kedro-bind[serve]'" in message
    assert "uvicorn" in message


@pytest.mark.filterwarnings("ignore:.*type hints")
def test_a_model_without_a_plan_is_not_batched(served, tmp_path):
    import mlflow

    echo = {"python_model": lambda model_input: model_input, "pip_requirements": ["mlflow"]}
    mlflow.pyfunc.save_model(str(tmp_path / "echo"), **echo)
    message = refused([str(tmp_path / "echo"), "--batch", "--port=0"], tmp_path, served.environment)
    assert "is not verified as row-wise" in message
