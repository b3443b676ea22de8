"""Secrets of many kinds are planted in a project, and looked for in every byte that leaves the process."""

from __future__ import annotations

import http.server
import json
import os
import sys
import threading
from contextlib import contextmanager

import mlflow
import pytest
import yaml

from tests.integration.planted import KNOWN, OF_ANY_PROCESS, PARAMETERS, Scene
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow

SCRIPT = """
import logging, sys
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
bootstrap_project(Path.cwd())
logging.getLogger("kedro").setLevel(logging.CRITICAL)  # Kedro quotes the error of a node
try:
    given = {"api_key": "param-Key-4470", "smtp": {"password": "param-Smtp-8182"}}
    with KedroSession.create(runtime_params=given) as session:
        session.run(pipeline_names=["churn"])
except RuntimeError:
    sys.exit(7)
"""


GIVEN = ",".join(f"{key}={value}" for key, value in PARAMETERS.items())
RUN = ("-m", "kedro", "run", "--pipelines=churn", f"--params={GIVEN}")
BIND = ("-m", "kedro", "bind")


@pytest.fixture(scope="module")
def scene(tmp_path_factory, empty_store):
    """A project whose model has been logged."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("MLFLOW_", "KEDRO_"))]:
            patch.delenv(name)
        made = Scene(tmp_path_factory.mktemp("secrets"), empty_store)
        result = made.run(*RUN)
        assert result.returncode == 0, result.stdout + result.stderr
        yield made


def test_a_run_that_succeeds(scene):
    run = scene.last_run()
    assert run.data.tags["kedro_command"] == "kedro run --pipelines=churn '--params=api_key=***,smtp.password=***'"
    assert run.data.params["service.token" if "service.token" in run.data.params else "service"] in (
        "***",
        "{'token': '***'}",
    )
    (model,) = mlflow.MlflowClient(tracking_uri=scene.project.store).search_logged_models(
        experiment_ids=[run.info.experiment_id], filter_string=f"source_run_id = '{run.info.run_id}'"
    )
    assert model.tags["deploy_secret"] == "***"
    (requirements,) = scene.project.path.rglob("requirements.txt")
    assert "--extra-index-url https://packages.example/simple" in requirements.read_text().splitlines()
    code = requirements.parent / "code" / scene.project.package
    assert sorted(path.name for path in code.rglob("*") if "env" in path.name or path.parent.name == "keys") == [
        ".env.example"
    ]
    assert yaml.safe_load((requirements.parent / "MLmodel").read_text())["metadata"]["deploy"] == {"secret": "***"}


def test_a_training_that_fails(scene):
    result = scene.run("-c", SCRIPT, FAIL="training")
    assert result.returncode == 7, result.stderr
    run = scene.last_run()
    assert run.info.status == "FAILED"
    assert run.data.tags["kedro_bind.error.message"].count("***") > len(KNOWN)


@pytest.mark.parametrize(
    ("where", "message"),
    [("logging", "can't be captured by value"), ("verify", "does not work outside of the project")],
)
def test_a_logging_that_fails(scene, where, message):
    result = scene.run(*RUN, FAIL=where)
    output = b"".join((result.stdout, result.stderr)).decode()
    assert result.returncode == 1, output
    assert message in output
    assert "***" in output
    assert "kedro bind log churn" in output
    run = scene.last_run()
    assert message in run.data.tags["kedro_bind.error.message"]


@contextmanager
def refusing_server():
    """A tracking server that refuses everything, and quotes what it knows."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            message = "; ".join([*KNOWN.values(), self.path, *map(str, self.headers.values())])
            body = json.dumps({"error_code": "PERMISSION_DENIED", "message": message}).encode()
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - names of http.server

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_a_store_that_refuses(scene):
    with refusing_server() as port:
        for arguments in (RUN, (*BIND, "log", "churn", "--force", "--verbose", f"--params={GIVEN}")):
            result = scene.run(*arguments, MLFLOW_TRACKING_URI=f"http://clerk:war%2FEhouse%401177@127.0.0.1:{port}")
            output = b"".join((result.stdout, result.stderr)).decode()
            assert result.returncode == 1, output
            assert "***" in output


def test_a_store_that_is_not_there(scene):
    uri = "http://me:env-Url/Pass-1936@127.0.0.1:9"
    result = scene.run(*RUN, MLFLOW_TRACKING_URI=uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    assert result.returncode == 1
    assert b"no MLflow run can be started" in b"".join((result.stdout, result.stderr))


@pytest.mark.parametrize(
    ("arguments", "fail", "code"),
    [
        (("check", "--format=json"), "", 0),
        (("check", "--format=github"), "", 0),
        (("check", "--verbose"), "registry", 1),
        (("check", "--format=json", "--output=data/report.txt"), "registry", 1),
        (("list", "--verbose"), "", 0),
        (("list", "--format=json"), "", 0),
        (("show", "churn"), "", 0),
        (("show", "churn", "--format=html"), "", 0),
        (("log", "churn", "--force", "--verbose"), "logging", 1),
        (("log", "churn", "--force", "--verbose"), "verify", 1),
        (("log", "churn", "--verbose"), "registry", 3),
        (("log", "churn", "--force"), "", 0),
        (("check", "--format=sarif"), "", 0),
        (("check", "--format=sarif"), "registry", 1),
        (("check", "--fix", "--env=misspelt"), "", 0),
        (("evaluate", "churn", "--verbose"), "", 0),
    ],
)
def test_commands(scene, arguments, fail, code):
    result = scene.run(*BIND, *arguments, f"--params={GIVEN}", FAIL=fail)
    output = b"".join((result.stdout, result.stderr)).decode()
    assert result.returncode == code, output
    report = scene.project.path / "data/report.txt"
    assert not fail or "***" in (report.read_text() if "--output=data/report.txt" in arguments else output)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "models:/churn/1"), 0),
        (("show", "models:/churn/1", "--format=html"), 0),
        (("diff", "models:/churn/1", "models:/churn/1", "--data=customers"), 0),
        (("predict", "models:/churn/1", "data/customers.csv", "data/scored.parquet"), 0),
        (("predict", "models:/churn/1", "warehouse", "data/scored.csv", "--verbose"), 1),
        (("promote", "churn", "1", "--alias=best", "--yes"), 0),
        (("promote", "churn", "--alias=best", "--rollback", "--verbose"), 1),
        (("explain",), 0),
        (("explain", "credentials-captured"), 0),
        (("init",), 1),
        (("schema", "--project"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_commands_that_read_a_logged_model_or_the_project(scene, arguments, code):
    result = scene.run(*BIND, *arguments)
    assert result.returncode == code, b"".join((result.stdout, result.stderr)).decode()


@pytest.mark.parametrize(
    "arguments",
    [
        RUN,
        (*BIND, "check", "--verbose"),
        (*BIND, "check", "--format=sarif"),
        (*BIND, "check", "--format=json", "--output=data/report.txt"),
        (*BIND, "log", "churn", "--force", "--verbose"),
        (*BIND, "show", "churn"),
    ],
    ids=lambda arguments: " ".join(arguments[2:5]),
)
def test_a_model_that_would_contain_secrets_is_refused(scene, arguments):
    result = scene.run(*arguments, "--env=refused")
    output = b"".join((result.stdout, result.stderr)).decode()
    assert result.returncode == (0 if "show" in arguments else 1), output
    report = scene.project.path / "data/report.txt"
    text = report.read_text() if "--output=data/report.txt" in arguments else output
    if "show" not in arguments:
        assert [text.count(code) > 0 for code in ("credentials-in-requirements", "credentials-captured")] == [True] * 2


def test_a_binding_that_init_writes(tmp_path, empty_store):
    scene = Scene(tmp_path, empty_store)
    document = scene.project.path / "conf/base/pipeline_ml.yml"
    document.unlink()
    result = scene.run(*BIND, "init")
    assert result.returncode == 0, result.stdout + result.stderr
    scene.look_in(document.read_bytes())


def test_a_server_whose_model_fails(scene, tmp_path):
    quoted = tmp_path / "quoted.json"  # the process that serves does not read the project's configuration
    quoted.write_text(json.dumps(OF_ANY_PROCESS))
    port = free_port()
    command = [sys.executable, *BIND, "serve", "models:/churn/1", "--verbose", f"--port={port}"]
    environment = scene.environment(FAIL="serving", PLANTED=str(quoted))
    url = f"http://127.0.0.1:{port}"
    with serving(command, f"{url}/ping", scene.project.path, environment):
        status, answer = ask(f"{url}/invocations", {"dataframe_records": [{"spend": 1.0, "visits": 404}]})
    log = (scene.project.path / "server.log").read_text()
    assert status == 400, answer
    assert "Traceback" in log
    assert log.count("***") > len(OF_ANY_PROCESS)
    scene.look_in(str(answer).encode())
