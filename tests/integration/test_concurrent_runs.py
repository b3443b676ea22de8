"""Several runs at once in one process, as Kedro's server has them: none sees anything of another one."""

from __future__ import annotations

import os
import threading

import mlflow
import pytest
from kedro.runner import ThreadRunner

from tests.kedro_project import BINDING
from tests.mlflow_store import all_models, experiment_ids

pytestmark = pytest.mark.slow

session_module = pytest.importorskip("kedro.framework.session", reason="Kedro")
if not hasattr(session_module, "KedroServiceSession"):
    pytest.skip("this Kedro version has no KedroServiceSession", allow_module_level=True)

SETTINGS = """
from kedro.framework.hooks import hook_impl
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.pickle import PickleDataset


class OwnFiles:
    # Kedro's own way, ${runtime_params:...}, is not safe here: OmegaConf has one such resolver for a process.
    @hook_impl
    def before_pipeline_run(self, run_params, catalog):
        who = run_params["runtime_params"].get("who")
        if who is not None:
            catalog["customers"] = CSVDataset(filepath=f"data/{who}/customers.csv")
            for name in ("scaler", "classifier"):
                catalog[name] = PickleDataset(filepath=f"data/{who}/{name}.pkl")


HOOKS = (OwnFiles(),)
"""
MEETING = """
import mlflow


def meet(name):
    barrier.wait(timeout=120)
    mlflow.log_param("seen_by_" + name, name)


barrier = None
"""


@pytest.fixture
def served(project, store):
    """A project whose data, parameters and nodes differ by the runtime parameter `who`; all runs meet in a node."""
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {verify: false, registered_model_name: churn}\n")
    project.write(f"src/{project.package}/settings.py", SETTINGS)
    project.write(f"src/{project.package}/meeting.py", MEETING)
    nodes = project.source / "nodes.py"
    text = nodes.read_text().replace(
        '    return {"weight"',
        f'    from {project.package}.meeting import meet\n    meet(str(depth))\n    return {{"weight"',
    )
    nodes.write_text(text)
    return project


def data_of(project, who):
    rows = "".join(f"{who}.{row % 10},{row % 7}\n" for row in range(20))
    project.write(f"data/{who}/customers.csv", f"spend,visits\n{rows}")


@pytest.mark.parametrize("threads", [False, True])
def test_runs_at_once_keep_their_data_parameters_and_mlflow_runs_apart(served, monkeypatch, threads):
    from kedro.framework.session import KedroServiceSession
    from kedro.framework.startup import bootstrap_project

    whos = (1, 2, 3, 4)
    for who in whos:
        data_of(served, who)
    bootstrap_project(served.path)
    errors = []
    with KedroServiceSession.create(project_path=served.path, serving_mode=True) as session:
        meeting = __import__(f"{served.package}.meeting", fromlist=["meeting"])
        monkeypatch.setattr(meeting, "barrier", threading.Barrier(len(whos)))

        def run(who):
            runner = ThreadRunner(max_workers=2) if threads else None
            try:
                # Kedro's server makes the id of the time, so two runs may have the same one.
                session.run(
                    run_id="the-same",
                    pipeline_names=["churn"],
                    runner=runner,
                    runtime_params={"who": who, "depth": who * 10},
                )
            except BaseException as error:  # noqa: BLE001 - shown below
                meeting.barrier.abort()
                errors.append(error)

        workers = [threading.Thread(target=run, args=(who,)) for who in whos]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert errors == []
    client = mlflow.MlflowClient(tracking_uri=served.store, registry_uri=served.store)
    runs = {run.data.params["depth"]: run for run in client.search_runs(experiment_ids(client))}
    assert sorted(runs) == ["10", "20", "30", "40"]
    models = {model.source_run_id: model for model in all_models(client)}
    assert len(models) == len(whos)
    for who in whos:
        run = runs[str(who * 10)]
        assert run.info.status == "FINISHED"
        assert run.data.params == {"depth": str(who * 10), f"seen_by_{who * 10}": str(who * 10)}
        loaded = mlflow.pyfunc.load_model(models[run.info.run_id].model_uri)
        assert loaded.input_example["spend"].iloc[0] == float(f"{who}.0")
        predictor = loaded.unwrap_python_model().predictor
        assert predictor.artifacts["classifier"]["weight"] == -10.0 * who
    versions = client.search_model_versions("name = 'churn'")
    assert sorted(version.run_id for version in versions) == sorted(run.info.run_id for run in runs.values())
    assert [name for name in os.environ if name.startswith("MLFLOW_")] == []


def test_sessions_of_several_threads_at_once(served):
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project
    from omegaconf import OmegaConf

    bootstrap_project(served.path)
    barrier, errors = threading.Barrier(8), []

    def create(who):
        barrier.wait()
        try:
            with KedroSession.create(project_path=served.path, runtime_params={"who": who, "depth": who}) as session:
                session.run(pipeline_names=["reporting"])
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    for who in range(8):
        data_of(served, who)
    for _ in range(5):
        OmegaConf.clear_resolver("km.random_name")
        barrier.reset()
        workers = [threading.Thread(target=create, args=(who,)) for who in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert errors == []
