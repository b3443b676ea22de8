"""A project in which secrets of many kinds are planted, to be looked for in every byte that leaves a process."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import mlflow
import yaml

from tests.kedro_project import clean_environment, make_project
from tests.mlflow_store import experiment_ids

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
    "index": {"token": "index-Path-4411"},
    "smtp": {"dsn": "host=mail user=clerk password=dsn-Pass-5180"},
}
ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-Env-3358812",
    "SHOP_SECRET": "env-Secret-7724",
    "DATABASE_URL": "postgresql://me:env-Url/Pass-1936@db.example/x",
    "SMTP_PASS": "env-Smtp-3340",
    "SIGNING_KEY": "env-Sign-9205",
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
    "token of an index": "index-Path-4411",
    "password in a connection string": "dsn-Pass-5180",
    "key in the environment": "sk-Env-3358812",
    "password in the environment": "env-Smtp-3340",
    "signing key in the environment": "env-Sign-9205",
    "secret in the environment": "env-Secret-7724",
    "address in the environment": "env-Url/Pass-1936",
    "runtime parameter": "param-Key-4470",
    "nested runtime parameter": "param-Smtp-8182",
    "parameter": "file-Token-5847",
    "argument of a header provider": "header-Token-9931",
}
"""What the project's own code can quote."""
OF_ANY_PROCESS = [*ENVIRONMENT.values(), "env-Url/Pass-1936"]
"""What is known without the project's configuration."""
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
    "token in the query of an index": "query-Token-5522",
    "signature of a requirement": "sig-Query-6671",
    "argument of the runner": "runner-Key-6633",
    "known by its shape": f"ghp_{'Ab1' * 12}",
}
"""What stands in files that nobody reads as credentials."""
BINDING = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: customers
  evaluation: {pipeline: evaluation}
  model:
    registered_model_name: churn
    extra_pip_requirements: ["--extra-index-url https://ci:index-Token/7158@packages.example/simple"]
    tags: {deploy_secret: tag-Secret-6420}
    metadata: {deploy: {secret: meta-Secret-2083}, note: ghp_Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1}
    description: See https://me:describe-Pass-3519@wiki.example/churn.
"""
REFUSED = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: customers
  runner: {type: "{package}.leaks.Runner", api_key: runner-Key-6633, note: index-Path-4411}
  model:
    extra_pip_requirements:
    - --extra-index-url https://packages.example/index-Path-4411/simple
    - --extra-index-url https://packages.example/simple?token=query-Token-5522
    - shop @ https://packages.example/shop.whl?sig=sig-Query-6671
"""
"""A binding whose model would have secrets in it."""
MISSPELT = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_nam: customers  # index-Path-4411
  model:
    tags: {deploy_secret: tag-Secret-6420}
"""
EVALUATION = """
from kedro.pipeline import Pipeline, node

from {package} import leaks


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([node(leaks.score, "predictions", "scores", name="score")])
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
from kedro.runner import SequentialRunner
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


def score(predictions):
    return {"mean": float(predictions["score"].mean())}


class Runner(SequentialRunner):
    def __init__(self, api_key="", note="", is_async=False):
        super().__init__(is_async=is_async)


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
        for environment, binding in (("local", ""), ("refused", REFUSED), ("misspelt", MISSPELT)):
            project.write(f"conf/{environment}/pipeline_ml.yml", binding)
            credentials = project.path / "conf" / environment / "credentials.yml"
            credentials.write_text(yaml.safe_dump(CREDENTIALS), encoding="utf-8")
        project.write(f"{package}/pipelines/evaluation/__init__.py", EVALUATION)
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
        text = text.replace(
            "    score = ",
            "    if leaks.verifying():\n        leaks.fail('verify')\n"
            "    if (scaled['visits'] == 404).any():\n        leaks.fail('serving')\n    score = ",
        )
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
            env=self.environment(**environment),
            capture_output=True,
            timeout=300,
            check=False,
        )
        self.look_in(result.stdout, result.stderr)
        return result

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a process in the project."""
        return clean_environment(**{**ENVIRONMENT, "PLANTED": str(self.planted), "TMPDIR": str(self.temporary), **more})

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
