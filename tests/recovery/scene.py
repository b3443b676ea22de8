"""What the tests of recovery do with the project, and what they see on the server, past the proxy."""

from __future__ import annotations

import importlib
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mlflow
import pandas as pd
from click.testing import CliRunner

from kedro_bind.tracking.registration import STATE_TAG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kedro_project import KedroProject
    from tests.recovery.faults import Fault, FaultyProxy
    from tests.recovery.server import TrackingServer

__all__ = ["Scene"]

CUSTOMERS = pd.DataFrame({"spend": [10.0, 20.0], "visits": [1, 2]})


@dataclass
class Scene:
    """A project that logs through a proxy to a server."""

    project: KedroProject
    server: TrackingServer
    proxy: FaultyProxy

    def train(self, fault: Fault | None = None, on_hit: Callable[[], None] | None = None) -> Exception | None:
        """Run the bound pipeline, with a fault from the end of training on; return the error that it raises."""
        self.proxy.plan(fault, on_hit)
        with self.project.session() as session:
            hooks = importlib.import_module(f"{self.project.package}.settings").after_training
            hooks[:] = [self.proxy.watch]
            try:
                session.run(pipeline_names=["churn"])
            except Exception as error:  # noqa: BLE001 - the caller looks at it
                return error
        return None

    def recover(self, command: str) -> Any:
        """Run the command of an error, on the healed server."""
        from kedro.framework.startup import bootstrap_project

        from kedro_bind.cli.log_command import command as log

        self.proxy.heal()
        words = shlex.split(command)
        assert words[:3] == ["kedro", "bind", "log"]
        return CliRunner().invoke(log, words[3:], obj=bootstrap_project(self.project.path))

    @property
    def files(self) -> dict[str, tuple[bytes, int]]:
        """What training produced, with the times of writing."""
        places = [self.project.path / "data" / f"{name}.pkl" for name in ("scaler", "classifier")]
        return {place.name: (place.read_bytes(), place.stat().st_mtime_ns) for place in places}

    @property
    def client(self) -> mlflow.MlflowClient:
        """A client that looks at the server's store itself."""
        return mlflow.MlflowClient(tracking_uri=self.server.store, registry_uri=self.server.store)

    @property
    def versions(self) -> dict[int, bool]:
        """The registered versions, and whether each of them is complete."""
        found = self.client.search_model_versions("name = 'churn'")
        return {int(version.version): STATE_TAG not in version.tags for version in found}

    @property
    def champion(self) -> int | None:
        """The version that has the alias."""
        try:
            return int(self.client.get_registered_model("churn").aliases["champion"])
        except (KeyError, mlflow.MlflowException):
            return None

    def run(self, run_id: str) -> Any:
        """An MLflow run."""
        return self.client.get_run(run_id)

    def unfinished_models(self, run_id: str) -> list[str]:
        """The logged models of a run that are not READY."""
        experiment = self.run(run_id).info.experiment_id
        found = self.client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'")
        return [model.model_id for model in found if model.status != "READY"]

    def predictions(self, version: int) -> Any:
        """The predictions of the model of a version, loaded from the server's own storage."""
        source = self.client.get_model_version("churn", str(version)).source
        model = self.client.get_logged_model(source.removeprefix("models:/"))
        assert model.status == "READY"
        place = self.server.artifacts / model.artifact_location.removeprefix("mlflow-artifacts:/")
        return mlflow.pyfunc.load_model(str(place)).predict(CUSTOMERS)
