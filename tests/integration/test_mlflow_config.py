"""What `mlflow.yml` decides about a bound run, and what decides against it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import mlflow
import pytest

from conf_schema.mlflow import Server
from kedro_bind import BindingError, LoggingError
from kedro_bind.tracking.server import connect
from tests.kedro_project import BINDING

pytestmark = pytest.mark.slow

QUICK = BINDING + "  model: {verify: false}\n"
SECRET = "hunter2-in-plain-sight"
REPORTING_NODE = """

def fit_classifier(scaled, depth):
    import os
    from pathlib import Path

    Path("data/seen.txt").write_text(os.environ.get("STORE_PASSWORD", "nothing"))
    return {"weight": -1.0, "bias": 1.0, "depth": depth}
"""


@pytest.fixture
def quick(project, store, monkeypatch):
    """A project whose model is logged without verification; MLflow forgets what its runs have set."""
    project.write("conf/base/pipeline_ml.yml", QUICK)
    yield project
    mlflow.set_registry_uri(None)
    monkeypatch.delenv("MLFLOW_REGISTRY_URI", raising=False)


def run(project, *names, **options):
    with project.session() as session:
        return session.run(pipeline_names=list(names) or ["churn"], **options)


def contents(uri):
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiments = {experiment.experiment_id: experiment for experiment in client.search_experiments()}
    runs = client.search_runs(list(experiments))
    models = client.search_logged_models(experiment_ids=list(experiments))
    return [(experiments[found.info.experiment_id], found) for found in runs], models


def configure(project, text):
    project.write("conf/base/mlflow.yml", text)


def test_the_file_decides_where_a_run_goes_and_what_it_is_called(quick, empty_store, messages):
    (quick.path / "runs").mkdir()
    (quick.path / "runs/store.db").write_bytes(empty_store.read_bytes())
    configure(
        quick,
        """
        server:
          mlflow_tracking_uri: sqlite:///runs/store.db
          credentials: my_store
        tracking:
          experiment:
            name: spending
            create_experiment_kwargs: {artifact_location: runs/files, tags: {team: growth}}
          run: {name: of the file}
          params: {dict_params: {flatten: true}}
        """,
    )
    quick.write("conf/local/credentials.yml", f"my_store: {{STORE_PASSWORD: {SECRET}, STORE_PORT: 12345}}\n")
    quick.write("conf/base/parameters.yml", "depth: {least: 1, most: {a: 2}}\nthreshold: 0.0\n")
    nodes = quick.source / "nodes.py"
    nodes.write_text(nodes.read_text() + REPORTING_NODE)
    run(quick)
    assert (quick.path / "data/seen.txt").read_text() == SECRET
    assert not {"STORE_PASSWORD", "STORE_PORT"} & set(os.environ)
    [(experiment, logged)], (model,) = contents(f"sqlite:///{quick.path}/runs/store.db")
    assert (experiment.name, experiment.tags["team"]) == ("spending", "growth")
    assert logged.info.run_name == "of the file"
    assert logged.data.params == {"depth.least": "1", "depth.most.a": "2"}
    assert model.artifact_location.startswith((quick.path / "runs/files").as_uri())
    tags = logged.data.tags
    assert (tags["kedro_bind.bindings"], tags["kedro_bind.env"]) == ("churn", "local")
    assert tags["kedro_command"] == "kedro run --pipelines=churn"
    assert contents(quick.store) == ([], [])
    assert not any(SECRET in line for line in messages)
    assert files_with(SECRET, quick.path / "runs") == []


def files_with(text, folder):
    """Find files that have a text in them; a database is read as what it says."""
    found = []
    for file in folder.rglob("*"):
        if file.suffix == ".db":
            with closing(sqlite3.connect(file)) as database:
                content = "\n".join(database.iterdump()).encode()
        else:
            content = file.read_bytes() if file.is_file() else b""
        found += [file] if text.encode() in content else []
    return found


def test_a_second_run_in_the_process_goes_by_its_own_file(quick, empty_store):
    for name in ("one", "two"):
        (quick.path / f"{name}.db").write_bytes(empty_store.read_bytes())
        configure(quick, f"server: {{mlflow_tracking_uri: 'sqlite:///{name}.db'}}\n")
        run(quick)
    (quick.path / "conf/base/mlflow.yml").unlink()
    run(quick)
    stores = [f"sqlite:///{quick.path}/{name}.db" for name in ("one", "two")]
    assert [len(contents(place)[1]) for place in (*stores, quick.store)] == [1, 1, 1]


def test_an_address_of_the_environment_counts_while_it_is_there_and_none_stays_there(quick, empty_store, monkeypatch):
    (quick.path / "other.db").write_bytes(empty_store.read_bytes())
    other = f"sqlite:///{quick.path}/other.db"
    run(quick)
    assert "MLFLOW_TRACKING_URI" not in os.environ
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", other)
        run(quick)
    assert mlflow.get_tracking_uri() == other  # a notebook finds what its last run has logged
    run(quick)
    assert [len(contents(place)[1]) for place in (quick.store, other)] == [2, 1]
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_a_relative_path_in_the_environment_is_one_of_the_working_directory(quick, empty_store, monkeypatch, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "other.db").write_bytes(empty_store.read_bytes())
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///other.db")
    run(quick)
    assert mlflow.get_tracking_uri() == "sqlite:///other.db"
    assert len(contents(f"sqlite:///{elsewhere}/other.db")[1]) == 1
    assert not (quick.path / "other.db").exists()


def test_a_run_that_would_take_the_store_from_another_one_is_refused(quick):
    with quick.session() as session:
        context = session.load_context()
    with connect(Server(), context):
        configure(quick, "server: {mlflow_tracking_uri: 'sqlite:///other.db'}\n")
        with pytest.raises(LoggingError, match="another run in this process logs to"):
            run(quick)
    run(quick)


def test_the_environment_takes_precedence_and_the_log_says_so(quick, monkeypatch, messages):
    configure(
        quick,
        """
        server: {mlflow_tracking_uri: http://127.0.0.1:9, mlflow_registry_uri: http://127.0.0.1:9, credentials: mine}
        tracking: {experiment: {name: of the file}}
        """,
    )
    quick.write("conf/local/credentials.yml", "mine: {MLFLOW_TRACKING_TOKEN: of the file}\n")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", quick.store)
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", quick.store)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "of the environment")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "of the environment")
    run(quick)
    [(experiment, _)], _ = contents(quick.store)
    assert experiment.name == "of the environment"
    assert os.environ["MLFLOW_TRACKING_TOKEN"] == "of the environment"
    ignored = [line for line in messages if "is ignored" in line]
    assert [line.split("'")[1] for line in ignored] == [
        "server.mlflow_tracking_uri",
        "server.mlflow_registry_uri",
        "tracking.experiment",
    ]


def test_a_deleted_experiment_is_restored_unless_that_is_refused(quick):
    client = mlflow.MlflowClient(tracking_uri=quick.store)
    experiment = client.create_experiment(quick.package)
    client.delete_experiment(experiment)
    configure(quick, "tracking: {experiment: {restore_if_deleted: false}}\n")
    with pytest.raises(LoggingError, match="is deleted; restore it"):
        run(quick)
    assert not (quick.path / "data/scaler.pkl").exists()
    configure(quick, "tracking: {experiment: {restore_if_deleted: true}}\n")
    run(quick)
    [(found, _)], _ = contents(quick.store)
    assert (found.experiment_id, found.lifecycle_stage) == (experiment, "active")


def test_a_pipeline_that_is_not_tracked_runs_and_the_log_says_that_it_has_no_model(quick, messages):
    configure(quick, "tracking: {disable_tracking: {pipelines: [churn]}}\n")
    run(quick)
    assert (quick.path / "data/classifier.pkl").exists()
    assert contents(quick.store) == ([], [])
    (line,) = [line for line in messages if "no model of 'churn'" in line]
    assert "disable_tracking.pipelines" in line


def test_an_invalid_file_is_an_error_before_training(quick):
    configure(quick, "tracking: {rn: {}}\n")
    with pytest.raises(BindingError, match=r"mlflow.yml:1:12: there is no key 'rn' in 'tracking'; did you mean 'run'"):
        run(quick)
    configure(quick, "tracking: {}\n")
    quick.write("conf/base/parameters.yml", f"depth: {'a' * 6001}\nthreshold: 0.0\n")
    with pytest.raises(BindingError, match="long-parameter"):
        run(quick)
    run(quick, "reporting")
    assert not (quick.path / "data/scaler.pkl").exists()
    assert contents(quick.store) == ([], [])


def test_a_run_that_is_configured_is_resumed(quick):
    client = mlflow.MlflowClient(tracking_uri=quick.store)
    earlier = client.create_run("0", run_name="earlier").info.run_id
    configure(quick, f"tracking: {{run: {{id: {earlier}, name: another}}}}\n")
    run(quick)
    [(_, logged)], (model,) = contents(quick.store)
    assert (logged.info.run_id, logged.info.run_name, logged.info.status) == (earlier, "earlier", "FINISHED")
    assert model.source_run_id == earlier


@contextmanager
def server_that_refuses():
    """A server that keeps the headers it gets, and answers everything with an error."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            got.append(dict(self.headers))
            self.send_error(403, f"no entry with {self.headers.get('X-Token')}")

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


def test_a_header_provider_speaks_to_the_server_and_is_taken_back(quick, monkeypatch):
    from mlflow.tracking.request_header.registry import _request_header_provider_registry as registry

    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    quick.write(
        f"src/{quick.package}/headers.py",
        """
        from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider

        class Token(RequestHeaderProvider):
            def __init__(self, token, kedro_context):
                self.token = f"{token} of {kedro_context.project_path.name}"

            def in_context(self):
                return True

            def request_headers(self):
                return {"X-Token": self.token}
        """,
    )
    before = list(registry)
    with server_that_refuses() as (uri, got):
        configure(
            quick,
            f"""
            server:
              mlflow_tracking_uri: {uri}
              credentials: mine
              request_header_provider:
                type: {quick.package}.headers.Token
                pass_context: true
                init_kwargs: {{token: {SECRET}}}
            """,
        )
        quick.write("conf/local/credentials.yml", f"mine: {{MY_TOKEN: {SECRET}}}\n")
        with pytest.raises(LoggingError) as refused:
            run(quick)
    assert got[0]["X-Token"] == f"{SECRET} of project"
    assert list(registry) == before
    assert SECRET not in str(refused.value)
    assert "MY_TOKEN" not in os.environ
