"""Which run logs what, and into which MLflow run."""

from __future__ import annotations

import mlflow
import pandas as pd
import pytest

from kedro_bind import BindingError, KedroBindError
from tests.kedro_project import BINDING, make_project
from tests.mlflow_store import all_models

pytestmark = pytest.mark.slow

QUICK = BINDING + "  model: {verify: false}\n"
TWO = QUICK + QUICK.replace("churn:", "churn_again:") + "  copy_mode: deepcopy\n"


@pytest.fixture
def quick(project, store):
    """A project whose model is logged without verification, and the client of its store."""
    project.write("conf/base/pipeline_ml.yml", QUICK)
    return project


def run(project, *names, **options):
    environment = options.pop("env", None)
    with project.session(env=environment) as session:
        return session.run(pipeline_names=list(names), **options)


def client(project):
    return mlflow.MlflowClient(tracking_uri=project.store)


def models_of(project):
    return all_models(client(project))


def runs_of(project):
    experiments = [experiment.experiment_id for experiment in client(project).search_experiments()]
    return client(project).search_runs(experiments)


def test_a_bound_run_logs_one_model_that_predicts_as_kedro_does(project, store):
    project.write(
        "conf/base/pipeline_ml.yml",
        BINDING
        + "  model: {registered_model_name: churn, aliases: [challenger], tags: {team: growth}, description: Gone}\n",
    )
    project.kedro("run", "--pipelines=churn")
    (model,) = models_of(project)
    (logged_run,) = runs_of(project)
    assert model.name == "churn"
    assert model.status == "READY"
    assert model.source_run_id == logged_run.info.run_id
    assert logged_run.info.status == "FINISHED"
    assert logged_run.data.params == {"depth": "3"}
    version = client(project).get_model_version_by_alias("churn", "challenger")
    assert version.description == "Gone"
    assert version.tags["team"] == "growth"

    mlflow.set_tracking_uri(project.store)
    loaded = mlflow.pyfunc.load_model("models:/churn@challenger")
    customers = pd.read_csv(project.path / "data/customers.csv").head(3)
    expected = project.python(
        "-c",
        "import pickle, pandas as pd\n"
        f"from {project.package} import nodes\n"
        "scaler, classifier = (pickle.load(open(f'data/{name}.pkl', 'rb')) for name in ('scaler', 'classifier'))\n"
        "customers = pd.read_csv('data/customers.csv').head(3)\n"
        "print(nodes.predict(nodes.scale(customers, scaler), classifier, 0.0).to_json())\n",
        PYTHONPATH="src",
    ).stdout
    assert loaded.predict(customers).to_json() == expected.strip()
    assert loaded.metadata.signature.inputs.input_names() == ["spend", "visits"]
    assert loaded.metadata.signature.outputs.input_names() == ["score", "churns"]
    assert [param.name for param in loaded.metadata.signature.params.params] == ["threshold"]
    assert not loaded.predict(customers, params={"threshold": 1000.0})["churns"].any()
    assert loaded.predict(customers).to_json() == expected.strip()


def test_a_parameter_that_only_training_takes_is_missed_before_training(quick):
    quick.write("conf/base/parameters.yml", "threshold: 0.0\n")
    result = quick.kedro("run", "--pipelines=churn", check=False)
    assert result.returncode == 1
    output = " ".join((result.stdout + result.stderr).split())
    assert "training needs 'params:depth' (node fit_classifier), which does not exist" in output
    assert "conf/base/pipeline_ml.yml:2:" in output
    assert not (quick.path / "data/scaler.pkl").exists()
    assert runs_of(quick) == []


def test_a_second_run_logs_a_second_model_and_both_load_elsewhere(quick, tmp_path):
    run(quick, "churn")
    run(quick, "churn")
    found = models_of(quick)
    assert [model.name for model in found] == ["churn", "churn"]
    code = (
        "import sys, mlflow, pandas as pd\n"
        "for uri in sys.argv[1:]:\n"
        "    print(mlflow.pyfunc.load_model(uri).predict(pd.DataFrame({'spend': [1.0], 'visits': [2]})).shape)\n"
    )
    uris = [model.model_uri for model in found]
    result = quick.python(
        "-c", code, *uris, cwd=tmp_path, MLFLOW_TRACKING_URI=quick.store, MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false"
    )
    assert result.stdout.split("\n")[-3:-1] == ["(1, 2)", "(1, 2)"]


def test_two_bindings_in_one_run_log_two_models(quick):
    quick.write("conf/base/pipeline_ml.yml", TWO)
    run(quick, "churn", "churn_again")
    assert sorted(model.name for model in models_of(quick)) == ["churn", "churn_again"]
    assert len(runs_of(quick)) == 1


def test_a_binding_beside_a_plain_pipeline_is_logged(quick):
    run(quick, "churn", "reporting")
    assert [model.name for model in models_of(quick)] == ["churn"]


def test_an_unbound_run_logs_nothing(quick):
    run(quick, "reporting")
    run(quick, "data_science")
    assert runs_of(quick) == []


@pytest.mark.parametrize(
    "options", [{"node_names": ["fit_scaler"]}, {"to_nodes": ["scale"]}, {"to_outputs": ["scaler"]}]
)
def test_a_filtered_run_without_every_artifact_logs_no_model_and_a_warning(quick, messages, options):
    run(quick, "churn", **options)
    (line,) = [message for message in messages if "no model of 'churn'" in message]
    assert "classifier" in line
    assert "kedro bind log churn" in line
    assert runs_of(quick) == []


def test_a_filtered_run_with_every_artifact_logs_its_model(quick):
    run(quick, "churn", tags=["training"])
    assert len(models_of(quick)) == 1


def test_a_run_of_missing_outputs_logs_only_what_it_fits_itself(quick, messages):
    run(quick, "churn", only_missing_outputs=True)
    assert len(models_of(quick)) == 1
    run(quick, "churn", only_missing_outputs=True)
    assert len(models_of(quick)) == 1
    assert "existed before this run" in messages[-1]


def test_a_pipeline_ml_of_the_users_code_is_logged(quick):
    (quick.path / "conf/base/pipeline_ml.yml").unlink()
    quick.write(
        f"src/{quick.package}/pipeline_registry.py",
        """
        from kedro_bind import pipeline_ml_factory
        from {package}.pipelines.data_science import create_pipeline

        def register_pipelines():
            whole = create_pipeline()
            return {"by_code": pipeline_ml_factory(
                whole.only_nodes_with_tags("training"),
                whole.only_nodes_with_tags("inference"),
                input_name="customers",
                kpm_kwargs={"copy_mode": {"classifier": "deepcopy"}},
                log_model_kwargs={"name": "mine", "signature": "auto"},
            )}
        """,
    )
    run(quick, "by_code")
    assert [model.name for model in models_of(quick)] == ["mine"]


def test_an_active_run_is_joined_and_left_open(quick):
    mlflow.set_tracking_uri(quick.store)
    with mlflow.start_run() as active:
        run(quick, "churn")
        assert mlflow.active_run().info.run_id == active.info.run_id
    (model,) = models_of(quick)
    assert model.source_run_id == active.info.run_id
    assert len(runs_of(quick)) == 1


def test_mlflow_tracking_uri_takes_precedence(quick, tmp_path):
    elsewhere = f"sqlite:///{tmp_path}/elsewhere.db"
    quick.kedro("run", "--pipelines=churn", MLFLOW_TRACKING_URI=elsewhere)
    assert runs_of(quick) == []
    elsewhere_client = mlflow.MlflowClient(tracking_uri=elsewhere)
    (experiment,) = [
        experiment for experiment in elsewhere_client.search_experiments() if experiment.name == quick.package
    ]
    assert len(elsewhere_client.search_logged_models(experiment_ids=[experiment.experiment_id])) == 1


def test_the_default_store_is_the_projects_from_wherever_kedro_is_started(quick):
    below = quick.path / "data"
    (quick.path / "mlflow.db").unlink()
    quick.python("-m", "kedro", "run", "--pipelines=churn", cwd=below)
    (model,) = models_of(quick)
    assert model.artifact_location.startswith((quick.path / "mlartifacts").as_uri())
    assert not (below / "mlflow.db").exists()


def test_a_training_that_fails_ends_its_run_as_failed(quick):
    nodes = quick.source / "nodes.py"
    nodes.write_text(
        nodes.read_text().replace('return {"weight"', 'raise RuntimeError("no luck")\n    return {"weight"')
    )
    with pytest.raises(RuntimeError, match="no luck"):
        run(quick, "churn")
    (failed,) = runs_of(quick)
    assert failed.info.status == "FAILED"
    assert models_of(quick) == []
    assert mlflow.active_run() is None


def test_a_logging_that_fails_keeps_what_training_produced_and_bind_log_finishes_it(project, store):
    nodes = project.source / "nodes.py"
    healthy = nodes.read_text()
    nodes.write_text(healthy.replace("    score =", '    raise ValueError("no predictions today")\n    score ='))
    result = project.kedro("run", "--pipelines=churn", check=False)
    assert result.returncode == 1
    assert "no predictions today" in result.stderr
    assert "kedro bind log churn" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert [entry.info.status for entry in runs_of(project)] == ["FAILED"]
    assert (project.path / "data/classifier.pkl").exists()

    before = (project.path / "data/classifier.pkl").stat().st_mtime_ns
    nodes.write_text(healthy)
    output = project.kedro("bind", "log", "churn")
    assert "the model 'churn' is logged as models:/" in output.stdout
    assert [model.name for model in models_of(project) if model.status == "READY"] == ["churn"]
    assert (project.path / "data/classifier.pkl").stat().st_mtime_ns == before


def test_a_dead_tracking_server_is_an_error_before_training_starts(quick):
    result = quick.kedro(
        "run",
        "--pipelines=churn",
        check=False,
        MLFLOW_TRACKING_URI="http://user:secret@127.0.0.1:9",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    )
    output = result.stdout + result.stderr
    assert result.returncode == 1
    assert "no MLflow run can be started" in output
    assert "secret" not in output
    assert not (quick.path / "data/scaler.pkl").exists()


def test_an_input_that_training_releases_from_memory_still_gives_the_signature(quick):
    catalog = quick.path / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text().replace("customers:\n", "raw_customers:\n", 1))
    quick.write(f"src/{quick.package}/pipelines/data_science/extra.py", "def clean(raw):\n    return raw.dropna()\n")
    pipeline = quick.source / "pipelines/data_science/__init__.py"
    pipeline.write_text(
        pipeline.read_text()
        .replace(
            "    return Pipeline([\n",
            "    return Pipeline([\n"
            "        node(clean, 'raw_customers', 'customers', name='clean', tags='training'),\n",
        )
        .replace(
            "from kedro.pipeline",
            f"from {quick.package}.pipelines.data_science.extra import clean\nfrom kedro.pipeline",
        )
    )
    run(quick, "churn")
    (model,) = models_of(quick)
    mlflow.set_tracking_uri(quick.store)
    signature = mlflow.models.get_model_info(model.model_uri).signature
    assert signature.inputs.input_names() == ["spend", "visits"]


def test_a_parallel_training_logs_its_model(quick):
    quick.kedro("run", "--pipelines=churn", "--runner=ParallelRunner")
    (model,) = models_of(quick)
    mlflow.set_tracking_uri(quick.store)
    assert mlflow.models.get_model_info(model.model_uri).signature.inputs.input_names() == ["spend", "visits"]


def test_hooks_registered_by_hand_as_well_log_one_model(quick):
    quick.write(
        f"src/{quick.package}/settings.py",
        """
        from kedro_bind import MlflowPipelineHook

        HOOKS = (MlflowPipelineHook(),)
        """,
    )
    run(quick, "churn")
    assert len(models_of(quick)) == 1


def test_hooks_registered_by_hand_work_without_the_plugin(quick):
    quick.write(
        f"src/{quick.package}/settings.py",
        """
        from kedro_bind import MlflowPipelineHook

        HOOKS = (MlflowPipelineHook(),)
        DISABLE_HOOKS_FOR_PLUGINS = ("kedro-bind",)
        """,
    )
    run(quick, "churn")
    assert len(models_of(quick)) == 1


def test_logging_an_unknown_name_says_so(project):
    result = project.kedro("bind", "log", "nobody", check=False)
    assert result.returncode == 1
    assert "there is no bound pipeline 'nobody'" in result.stderr


def test_a_name_that_clashes_with_a_registered_pipeline_is_refused(project, store):
    project.write("conf/base/pipeline_ml.yml", BINDING.replace("churn:", "reporting:"))
    with pytest.raises(KedroBindError, match="name-clash"):
        run(project, "reporting")


def test_another_project_in_the_same_process_has_its_own_bindings(project, store, tmp_path, monkeypatch):
    other = make_project(tmp_path / "other", QUICK.replace("churn:", "elsewhere:"))
    project.write("conf/base/pipeline_ml.yml", QUICK)
    run(project, "churn", node_names=["fit_scaler"])
    monkeypatch.chdir(other.path)
    run(other, "elsewhere", node_names=["fit_scaler"])
    assert (other.path / "data/scaler.pkl").exists()


def test_code_that_does_not_exist_is_refused_before_training_where_python_names_it(quick):
    (quick.path / "conf/base/pipeline_ml.yml").unlink()
    quick.write(
        f"src/{quick.package}/pipeline_registry.py",
        """
        from kedro_bind import pipeline_ml_factory
        from {package}.pipelines.data_science import create_pipeline

        def register_pipelines():
            whole = create_pipeline()
            return {"by_code": pipeline_ml_factory(
                whole.only_nodes_with_tags("training"),
                whole.only_nodes_with_tags("inference"),
                input_name="customers",
                log_model_kwargs={"code_paths": ["nowhere"]},
            )}
        """,
    )
    with pytest.raises(BindingError, match=r"'model\.code_paths' names 'nowhere', but the project has no such file"):
        run(quick, "by_code")
    assert not (quick.path / "data/classifier.pkl").exists()
    assert runs_of(quick) == []
