"""A trained project, and a real tracking server behind a proxy that can fail."""

from __future__ import annotations

import os
import sys

import mlflow
import pytest

from tests.kedro_project import BINDING, make_project
from tests.recovery.faults import FaultyProxy
from tests.recovery.scene import Scene
from tests.recovery.server import TrackingServer

MODEL = "  model: {registered_model_name: churn, aliases: [champion], description: Who leaves, verify: false}\n"
SETTINGS = """
    from kedro.framework.hooks import hook_impl


    class AfterTraining:
        @hook_impl(tryfirst=True)
        def after_node_run(self, node):
            if node.name == "fit_classifier":
                for action in after_training:
                    action()


    after_training = []
    HOOKS = (AfterTraining(),)
    DISABLE_HOOKS_FOR_PLUGINS = ("kedro-viz", "kedro-telemetry")  # of no use here
"""


@pytest.fixture(scope="package")
def server(tmp_path_factory, empty_store):
    """The server of these tests."""
    server = TrackingServer(tmp_path_factory.mktemp("tracking") / "server", empty_store)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="package")
def proxy(server):
    """What the project takes for the server."""
    with FaultyProxy(server.url).listening() as proxy:
        yield proxy


@pytest.fixture(scope="package")
def scene(tmp_path_factory, server, proxy):
    """The project, with nothing planned; requests are tried twice, without a wait."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("MLFLOW_", "KEDRO_"))]:
            patch.delenv(name)
        patch.setattr(sys, "path", list(sys.path))
        patch.setenv("MLFLOW_TRACKING_URI", proxy.url)
        patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        patch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
        patch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
        project = make_project(tmp_path_factory.mktemp("faults") / "project", BINDING + MODEL)
        project.write(f"src/{project.package}/settings.py", SETTINGS)
        patch.chdir(project.path)
        mlflow.set_tracking_uri(proxy.url)
        yield Scene(project, server, proxy)
        while mlflow.active_run() is not None:
            mlflow.end_run()
        mlflow.set_tracking_uri(None)
