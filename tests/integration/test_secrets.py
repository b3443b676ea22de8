"""Secrets of many kinds are planted in a project, and looked for in every byte that leaves the process."""

from __future__ import annotations

import base64
import http.server
import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import mlflow
import pytest
import yaml

from tests.kedro_project import clean_environment, make_project
from tests.mlflow_store import experiment_ids

pytestmark = pytest.mark.slow

PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx7Kq\nk/pL+0tVbZc3nR8yUw==\nq9XvDm2sHf6JgTz1\n"
    "-----END RSA PRIVATE KEY-----\n"
)
CREDENTIALS = {
    "database": {"user": "shopkeeper", "password": "pass-Battery/Staple@9"},
    "short": {"pin": "zq7kw", "digits": 90210457},
    "deep": {"list": [{"value": "deep-Down-6614"}, "bare-Value-8830"]},
    "server": {"certificate": PEM, "note": "pässwörd-ключ-4481"},
    "google": {"private_key": "MIIBVwIBADANBgkqhki\\nG9w0BAQEFAASCAT8wgg\\n", "client_email": "bot-Mail-2295@host"},
    "quoted": {"phrase": 'it\'s "Quoted" & <b>3307'},
    "lake": {
        "key": "LAKEKEY7719",
        "secret": "lake/Secret+5512=",
        "client_kwargs": {"endpoint_url": "http://127.0.0.1:9"},
    },
    "warehouse": {"con": "postgresql://clerk:war/Ehouse@1177@db.example/x"},
    "store": {"STORE_PASSWORD": "store-Pass-6093"},
}
ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-Env-3358812",
    "SHOP_SECRET": "env-Secret-7724",
    "DATABASE_URL": "postgresql://me:env-Url/Pass-1936@db.example/x",
}
PARAMETERS = {"api_key": "param-Key-4470", "smtp.password": "param-Smtp-8182"}
KNOWN = {
    "password of a database": "pass-Battery/Staple@9",
    "user and password of a header": base64.b64encode(b"shopkeeper:pass-Battery/Staple@9").decode().rstrip("="),
    "short": "zq7kw",
    "number": "90210457",
    "in a list of mappings": "deep-Down-6614",
    "in a list": "bare-Value-8830",
    "of several lines": PEM,
    "line of several": "MIIEowIBAAKCAQEAx7Kq",
    "not ascii": "pässwörd-ключ-4481",
    "with escaped line breaks": "MIIBVwIBADANBgkqhki\\nG9w0BAQEFAASCAT8wgg\\n",
    "with quotes": 'it\'s "Quoted" & <b>3307',
    "key of a bucket": "LAKEKEY7719",
    "secret of a bucket": "lake/Secret+5512=",
    "whole address": "postgresql://clerk:war/Ehouse@1177@db.example/x",
    "password in an address": "war/Ehouse@1177",
    "password of the store": "store-Pass-6093",
    "key in the environment": "sk-Env-3358812",
    "secret in the environment": "env-Secret-7724",
    "address in the environment": "env-Url/Pass-1936",
    "runtime parameter": "param-Key-4470",
    "nested runtime parameter": "param-Smtp-8182",
    "parameter": "file-Token-5847",
    "argument of a header provider": "header-Token-9931",
}
"""What the project's own code can quote."""
UNKNOWN = {
    "address of an index": "index-Token/7158",
    "tag of the model": "tag-Secret-6420",
    "metadata of the model": "meta-Secret-2083",
    "description of the model": "describe-Pass-3519",
    "tag of the experiment": "experiment-Token-7096",
    "metadata of an entry": "entry-Secret-5561",
    "file of variables": "dotenv-Secret-8847",
    "key file": "q8YwEr5TzUiOpAsDfGhJkLx",
    "credentials in the package": "packaged-Secret-1429",
    "known by its shape": f"ghp_{'Ab1' * 12}",
}
"""What stands in files that nobody reads as credentials."""
BINDING = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: customers
  model:
    registered_model_name: churn
    extra_pip_requirements: ["--extra-index-url https://ci:index-Token/7158@packages.example/simple"]
    tags: {deploy_secret: tag-Secret-6420}
    metadata: {deploy: {secret: meta-Secret-2083}, note: ghp_Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1}
    description: See https://me:describe-Pass-3519@wiki.example/churn.
"""
MLFLOW = """
server:
  credentials: store
  request_header_provider:
    type: {package}.leaks.Headers
    init_kwargs: {token: header-Token-9931}
tracking:
  experiment:
    name: shop
    create_experiment_kwargs: {tags: {owner_token: experiment-Token-7096}}
"""
LEAKS = """
import base64
import json
import os
import pickle
import sys
from pathlib import Path
from urllib.parse import quote

from kedro.io import AbstractDataset
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider


def fail(where):
    if os.environ.get("FAIL") != where:
        return
    secrets = json.loads(Path(os.environ["PLANTED"]).read_text(encoding="utf-8"))
    forms = [*secrets, *map(repr, secrets), *map(json.dumps, secrets), repr(secrets)]
    for secret in secrets:
        forms += [quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), " ".join(secret.split())]
    raise RuntimeError("; ".join(forms))


def verifying():
    return getattr(sys.modules["__main__"].__spec__, "name", "") == "kedro_bind.packaging.verification.child"


class Headers(RequestHeaderProvider):
    def __init__(self, token):
        self.token = token

    def in_context(self):
        return True

    def request_headers(self):
        return {"X-Token": self.token}


class Shelf(AbstractDataset):
    def __init__(self, place):
        self._place = Path(place)

    def load(self):
        fail("logging")
        return pickle.loads(self._place.read_bytes())

    def save(self, data):
        self._place.write_bytes(pickle.dumps(data))

    def _describe(self):
        return {"place": str(self._place)}
"""
CATALOG = """
customers:
  type: pandas.CSVDataset
  filepath: data/customers.csv
  metadata: {token: entry-Secret-5561}
scaler:
  type: pickle.PickleDataset
  filepath: data/scaler.pkl
  metadata: {token: entry-Secret-5561}
classifier:
  type: {package}.leaks.Shelf
  place: data/shelf.bin
"""
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


class Scene:
    """The project, and the folder of everything that a process may leave behind."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.project = make_project(folder / "project", BINDING)
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.planted = folder / "planted.json"
        self.planted.write_text(json.dumps(list(KNOWN.values())), encoding="utf-8")
        (self.project.path / "mlflow.db").write_bytes(store.read_bytes())
        self._plant()

    def _plant(self) -> None:
        project = self.project
        package = f"src/{project.package}"
        (project.path / "conf/local/credentials.yml").write_text(yaml.safe_dump(CREDENTIALS), encoding="utf-8")
        project.write("conf/base/parameters.yml", "depth: 3\nthreshold: 0.0\nservice: {token: file-Token-5847}\n")
        project.write("conf/base/mlflow.yml", MLFLOW)
        project.write("conf/base/catalog.yml", CATALOG)
        project.write(f"{package}/leaks.py", LEAKS)
        project.write(f"{package}/.env", "SHOP=dotenv-Secret-8847\n")
        project.write(f"{package}/keys/id_rsa", "q8YwEr5TzUiOpAsDfGhJkLx\n")
        key = "-----BEGIN PRIVATE KEY-----\nq8YwEr5TzUiOpAsDfGhJkLx\n-----END PRIVATE KEY-----\n"
        project.write(f"{package}/keys/service.json", json.dumps({"private_key": key}))
        project.write(f"{package}/settings/credentials.yml", "shop: packaged-Secret-1429\n")
        project.write(f"{package}/.env.example", "SHOP=\n")
        nodes = project.source / "nodes.py"
        text = nodes.read_text().replace(
            "import pandas as pd\n", f"import pandas as pd\n\nfrom {project.package} import leaks\n"
        )
        text = text.replace("    score = ", "    if leaks.verifying():\n        leaks.fail('verify')\n    score = ")
        text = text.replace(
            "depth: int) -> dict:\n", "depth: int, service: dict) -> dict:\n    leaks.fail('training')\n"
        )
        nodes.write_text(text)
        pipeline = project.source / "pipelines/data_science/__init__.py"
        pipeline.write_text(pipeline.read_text().replace('"params:depth"]', '"params:depth", "params:service"]'))
        registry = project.source / "pipeline_registry.py"
        registry.write_text(
            registry.read_text().replace(
                "register_pipelines():\n",
                f"register_pipelines():\n    from {project.package} import leaks\n    leaks.fail('registry')\n",
            )
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Run Python in the project, and look for the secrets in whatever it leaves."""
        result = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.project.path,
            env=clean_environment(**ENVIRONMENT, PLANTED=str(self.planted), TMPDIR=str(self.temporary), **environment),
            capture_output=True,
            timeout=300,
            check=False,
        )
        self.look_in(result.stdout, result.stderr)
        return result

    def look_in(self, *outputs: bytes) -> None:
        """Look for every secret, in every form, in outputs, the store, its files and the temporary folder."""
        own = ("conf", "src")
        files = [
            path
            for folder in (self.project.path, self.temporary)
            for path in folder.rglob("*")
            if path.is_file() and path.relative_to(folder).parts[0] not in own
        ]
        contents = {str(file): file.read_bytes() for file in files}
        contents |= {f"output {number}": output for number, output in enumerate(outputs)}
        contents |= {f"{name} in one line": b"".join(content.split()) for name, content in contents.items()}
        needles = {name: forms(secret) for name, secret in {**KNOWN, **UNKNOWN}.items()}
        found = {
            f"{name}, as {shape.decode()!r}, in {where}"
            for where, content in contents.items()
            for name, shapes in needles.items()
            for shape in shapes
            if shape in content
        }
        assert not found, "\n".join(sorted(found))
        assert [path.name for path in self.temporary.iterdir() if path.name.startswith("kedro-bind")] == []

    def last_run(self) -> mlflow.entities.Run:
        client = mlflow.MlflowClient(tracking_uri=self.project.store)
        return client.search_runs(experiment_ids(client), order_by=["start_time DESC"], max_results=1)[0]


def forms(secret: str) -> set[bytes]:
    """Return the forms that a text, JSON, an address or a header may have of a secret."""
    texts = {secret, secret.strip(), json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
    texts |= {base64.b64encode(secret.encode()).decode().rstrip("="), "".join(secret.split())}
    texts |= {line for line in secret.splitlines() if not line.startswith("-----")}
    return {text.encode() for text in texts}


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
        (("evaluate", "churn", "--verbose"), 1),
        (("init",), 1),
        (("schema", "--project"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_commands_that_read_a_logged_model_or_the_project(scene, arguments, code):
    result = scene.run(*BIND, *arguments)
    assert result.returncode == code, b"".join((result.stdout, result.stderr)).decode()
