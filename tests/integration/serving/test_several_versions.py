"""Models that can't share a process, and models that take over from each other, behind one address."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from mlflow import MlflowClient

from tests.integration.serving.requests_corpus import ROW
from tests.processes import command_of
from tests.servers import free_port, serve_command, serving

pytestmark = pytest.mark.slow
BODY = {"dataframe_records": [{**ROW, "region": "north"}]}
BROKEN = """
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class Broken(PythonModel):
    def predict(self, context, model_input: list[str], params=None):
        raise RuntimeError("broken")


set_model(Broken())
"""


def version_of(response):
    """Return the version that has predicted: the second one writes it behind the region."""
    assert response.status_code == 200, response.text
    return "2" if response.json()["predictions"][0]["region"].endswith("2") else "1"


@pytest.fixture(scope="module")
def side_by_side(two_versions, server_environment, tmp_path_factory):
    """The address of a server of both versions."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = serve_command("models:/people/1", "models:/people/2", "--batch", f"--port={port}")
    with serving(command, f"{address}/health", tmp_path_factory.mktemp("both"), server_environment):
        yield address


def test_versions_of_different_code_do_not_mix(side_by_side):
    for _ in range(3):
        for version in ("1", "2"):
            response = requests.post(
                f"{side_by_side}/models/people/versions/{version}/invocations", json=BODY, timeout=60
            )
            assert version_of(response) == version
    assert version_of(requests.post(f"{side_by_side}/invocations", json=BODY, timeout=60)) == "1"


def test_pages_and_descriptions_are_about_all_versions(side_by_side):
    models = requests.get(f"{side_by_side}/models", timeout=60).json()
    assert [model["version"] for model in models] == ["1", "2"]
    paths = requests.get(f"{side_by_side}/openapi.json", timeout=60).json()["paths"]
    assert {f"/models/people/versions/{version}/invocations" for version in ("1", "2")} <= paths.keys()
    assert requests.head(f"{side_by_side}/", timeout=60).headers["content-type"].startswith("text/html")
    ready = requests.get(f"{side_by_side}/v2/models/people/versions/2/ready", timeout=60)
    assert ready.json()["ready"] is True
    assert requests.post(f"{side_by_side}/invocations", json=BODY, timeout=60).status_code == 200
    text = requests.get(f"{side_by_side}/metrics", timeout=60).text
    assert 'model="people"' in text


@pytest.mark.parametrize("path", ["/models/nobody/invocations", "/models/people/versions/9/invocations", "/v2/nowhere"])
def test_an_unknown_model_is_refused(side_by_side, path):
    response = requests.post(f"{side_by_side}{path}", json=BODY, timeout=60)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"


def test_what_all_processes_serve_is_named(side_by_side):
    url = f"{side_by_side}/models/people/versions/9/invocations"
    message = requests.post(url, json=BODY, timeout=60).json()["message"]
    assert message == "no such version of 'people' is served here; served are: 1, 2"
    error = requests.get(f"{side_by_side}/v2/models/nobody", timeout=60).json()
    assert error == {"error": "no model of this name is served here; served are: people"}


def test_the_death_of_a_process_goes_unnoticed(side_by_side):
    before = backends(side_by_side)
    assert len(before) == 2
    for process in before:
        os.kill(process, signal.SIGKILL)
    for version in ("1", "2"):
        response = requests.post(f"{side_by_side}/models/people/versions/{version}/invocations", json=BODY, timeout=60)
        assert version_of(response) == version
    assert not before & backends(side_by_side)


def test_a_model_that_can_not_be_loaded_again_is_unavailable(two_versions, server_environment, tmp_path):
    store = MlflowClient(two_versions.store)
    locations = [store.get_model_version_download_uri("people", version) for version in ("1", "2")]
    folders = [
        shutil.copytree(location.removeprefix("file://"), tmp_path / str(number))
        for number, location in enumerate(locations, start=1)
    ]
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = serve_command(*map(str, folders), f"--port={port}")
    with serving(command, f"{address}/health", tmp_path, server_environment):
        shutil.rmtree(folders[1])
        for process in backends(address):
            os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while (response := requests.get(f"{address}/models", timeout=60)).status_code == 200:
            assert time.monotonic() < deadline
        assert (response.status_code, response.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
        assert requests.get(f"{address}/openapi.json", timeout=60).status_code == 503
        assert version_of(requests.post(f"{address}/invocations", json=BODY, timeout=60)) == "1"


def backends(address):
    """Return the processes whose parent serves at the address."""
    port = address.rpartition(":")[2]
    for process in Path("/proc").glob("[0-9]*"):
        if f'"port": {port}'.encode() in command_of(process.name) and children(process):
            return {pid for pid in children(process) if b"kedro_bind.serving" in command_of(pid)}
    raise AssertionError("there is no server")


def children(process):
    try:
        return {int(pid) for task in (process / "task").iterdir() for pid in (task / "children").read_text().split()}
    except OSError:
        return set()


@dataclass
class Load:
    """Clients that ask all the time, each on a connection of its own, and what they get."""

    address: str
    named: set[str]
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    seen: threading.Condition = field(default_factory=threading.Condition)

    def ask(self):
        with requests.Session() as session:
            while not self.done.is_set():
                named = set(self.named)
                try:
                    version = version_of(session.post(f"{self.address}/invocations", json=BODY, timeout=60))
                except (AssertionError, OSError) as error:
                    self.problems.append(repr(error))
                    continue
                with self.seen:
                    if version not in named | self.named:
                        self.problems.append(f"version {version}, and named were {named | self.named}")
                    self.counts[version] = self.counts.get(version, 0) + 1
                    self.seen.notify_all()

    def wait_for(self, version):
        """Wait until a version responds."""
        with self.seen:
            before = self.counts.get(version, 0)
            assert self.seen.wait_for(lambda: self.counts.get(version, 0) > before, timeout=120)


def move_alias(store, address, moves, clients):
    client = MlflowClient(store)
    load = Load(address, {"1"})
    threads = [threading.Thread(target=load.ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        load.wait_for("1")
        for move in range(moves):
            version, before = ("2", "1") if move % 2 == 0 else ("1", "2")
            load.named = {before, version}
            client.set_registered_model_alias("people", "champion", version)
            load.wait_for(version)
    finally:
        load.done.set()
        for thread in threads:
            thread.join()
        client.set_registered_model_alias("people", "champion", "1")
    assert load.problems == []


@pytest.fixture(scope="module")
def following(two_versions, server_environment, tmp_path_factory):
    """The address of a server that follows the alias, and its log."""
    folder = tmp_path_factory.mktemp("following")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = ["--reload=0.2", "--workers=2", "--batch", f"--port={port}"]
    with serving(serve_command("models:/people@champion", *options), f"{address}/health", folder, server_environment):
        yield address, folder / "server.log"


def test_no_request_fails_while_the_alias_moves(following, two_versions):
    move_alias(two_versions.store, following[0], moves=2, clients=4)


@pytest.mark.full
def test_no_request_fails_while_the_alias_moves_20_times(following, two_versions):
    move_alias(two_versions.store, following[0], moves=20, clients=16)


def test_a_version_that_does_not_predict_its_example_does_not_take_over(following, two_versions, tmp_path):
    import mlflow.pyfunc

    address, log = following
    (tmp_path / "broken.py").write_text(BROKEN)
    example = {"input_example": ["a"], "pip_requirements": ["mlflow"]}
    mlflow.pyfunc.save_model(str(tmp_path / "broken"), python_model=str(tmp_path / "broken.py"), **example)
    client = MlflowClient(two_versions.store)
    broken = client.create_model_version("people", f"file://{tmp_path}/broken")
    try:
        client.set_registered_model_alias("people", "champion", broken.version)
        while "the versions that are served stay" not in log.read_text():
            assert version_of(requests.post(f"{address}/invocations", json=BODY, timeout=60)) == "1"
        assert "does not predict its logged example" in log.read_text()
        client.set_registered_model_alias("people", "champion", "2")
        while version_of(requests.post(f"{address}/invocations", json=BODY, timeout=60)) != "2":
            pass
    finally:
        client.set_registered_model_alias("people", "champion", "1")
        client.delete_model_version("people", broken.version)
