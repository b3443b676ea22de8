"""Where bound pipelines show up, with no edit in the user's code."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from kedro_bind import PipelineML
from tests.kedro_project import BINDING, clean_environment


@pytest.fixture
def quick(project):
    """A project whose bound pipelines can be run without logging: the runs here leave artifacts out."""
    return project


def pipelines_of(project, **options):
    from kedro.framework.project import pipelines

    with project.session(**options) as session:
        session.load_context()
        return dict(pipelines)


def nodes_that_ran(project, names, **options):
    """Run pipelines in this process, filtered so that no model is logged, and give the runner's outputs."""
    with project.session(**options) as session:
        return session.run(pipeline_names=names, node_names=["fit_scaler"])


def test_registry_list_and_describe_show_a_bound_pipeline(project):
    listed = project.kedro("registry", "list").stdout
    assert "- churn" in listed
    assert "- data_science" in listed
    described = project.kedro("registry", "describe", "churn").stdout
    assert "fit_classifier" in described
    assert "predict" not in described


def test_a_session_has_the_bound_pipeline_as_a_pipeline_ml(project):
    found = pipelines_of(project)
    assert isinstance(found["churn"], PipelineML)
    assert {node.name for node in found["churn"].inference.nodes} == {"scale", "predict"}
    assert set(found) == {"__default__", "churn", "data_science", "reporting"}


def test_a_run_of_a_bound_name_loads_only_what_its_selections_name(project):
    from kedro.framework.project import pipelines

    if hasattr(pipelines, "set_requested"):  # older Kedro versions always load all pipelines
        project.write(f"src/{project.package}/pipelines/broken/__init__.py", "raise RuntimeError('not wanted')")
    outputs = nodes_that_ran(project, ["churn"])
    assert set(outputs) == {"scaler"}


def test_a_selection_may_name_a_pipeline_that_the_registry_makes_itself(project):
    project.write(
        f"src/{project.package}/pipeline_registry.py",
        """
        from kedro.framework.project import find_pipelines

        def register_pipelines():
            pipelines = find_pipelines(raise_errors=True)
            pipelines["all_of_it"] = sum(pipelines.values())
            pipelines["__default__"] = pipelines["all_of_it"]
            return pipelines
        """,
    )
    project.write("conf/base/pipeline_ml.yml", BINDING.replace("pipeline: data_science", "pipeline: all_of_it"))
    assert set(nodes_that_ran(project, ["churn"])) == {"scaler"}


def test_another_hook_may_read_the_parameters_first(project):
    project.write(
        f"src/{project.package}/settings.py",
        """
        from kedro.framework.hooks import hook_impl

        class Early:
            @hook_impl(tryfirst=True)
            def after_context_created(self, context):
                assert context.params["depth"] == 3

        HOOKS = (Early(),)
        """,
    )
    assert set(nodes_that_ran(project, ["churn"])) == {"scaler"}


@pytest.mark.parametrize("name", ["service", "derived"])
def test_other_session_classes_work(project, name):
    imports = {
        "service": "from kedro.framework.session import KedroServiceSession as Base",
        "derived": "from kedro.framework.session import KedroSession as Base",
    }
    try:
        exec(imports[name], {})
    except ImportError:
        imports[name] = imports["derived"]  # a Kedro that has no service session yet
    project.write(
        f"src/{project.package}/settings.py",
        f"""
        {imports[name]}

        class Mine(Base):
            pass

        SESSION_CLASS = Mine
        """,
    )
    assert set(nodes_that_ran(project, ["churn"])) == {"scaler"}


def test_the_environment_decides_which_document_counts(project, monkeypatch):
    project.write("conf/prod/pipeline_ml.yml", BINDING.replace("churn:", "churn_prod:"))
    assert "churn_prod" not in pipelines_of(project)
    assert {"churn", "churn_prod"} <= set(pipelines_of(project, env="prod"))
    assert "churn_prod" not in pipelines_of(project)
    monkeypatch.setenv("KEDRO_ENV", "prod")
    assert "churn_prod" in pipelines_of(project)
    assert "- churn_prod" in project.kedro("registry", "list", KEDRO_ENV="prod").stdout


def test_the_conf_source_decides_which_document_counts(project):
    (project.path / "conf").rename(project.path / "settings")
    project.write("settings/base/pipeline_ml.yml", BINDING.replace("churn:", "elsewhere:"))
    found = pipelines_of(project, conf_source=str(project.path / "settings"))
    assert "elsewhere" in found


def test_a_document_in_a_folder_and_one_with_a_suffix_are_found(project):
    project.write("conf/base/pipeline_ml_more.yml", BINDING.replace("churn:", "by_suffix:"))
    project.write("conf/base/pipeline_ml/one.yml", BINDING.replace("churn:", "in_folder:"))
    project.write("conf/base/team/pipeline_ml.yml", BINDING.replace("churn:", "below:"))
    assert {"churn", "by_suffix", "in_folder", "below"} <= set(pipelines_of(project))


def test_interpolation_and_templates_work(project):
    project.write("conf/base/globals.yml", "tags: {train: training}")
    project.write(
        "conf/base/pipeline_ml.yml",
        """
        _inference: &inference {pipeline: data_science, tags: inference}
        churn:
          training: {pipeline: data_science, tags: "${globals:tags.train}"}
          inference: *inference
          input_name: "${runtime_params:input, customers}"
        """,
    )
    assert isinstance(pipelines_of(project)["churn"], PipelineML)


def test_ipython_has_the_bound_pipelines(project):
    code = "%load_ext kedro.ipython\nprint(type(pipelines['churn']).__name__, sorted(pipelines))\n"
    script = project.write("notebook.ipy", code)
    result = project.python(
        "-m", "IPython", "--no-banner", "--colors=NoColor", str(script), IPYTHONDIR=str(project.path / ".ipython")
    )
    assert "PipelineML ['__default__', 'churn', 'data_science', 'reporting']" in result.stdout


def test_kedro_viz_has_the_bound_pipelines(project):
    code = (
        "from pathlib import Path\n"
        "from kedro_viz.integrations.kedro.data_loader import load_data\n"
        "catalog, pipelines, extras = load_data(Path.cwd())\n"
        "print(type(pipelines['churn']).__name__)\n"
        "from kedro_viz.server import populate_data\n"
        "from kedro_viz.data_access import data_access_manager\n"
        "populate_data(data_access_manager, catalog, pipelines, extras)\n"
        "print('churn' in [pipeline.id for pipeline in data_access_manager.registered_pipelines.as_list()])\n"
    )
    assert project.python("-c", code).stdout.split()[-2:] == ["PipelineML", "True"]


def test_a_packaged_project_has_the_bound_pipelines(project, tmp_path):
    site, away = tmp_path / "site", tmp_path / "away"
    away.mkdir()
    shutil.copytree(project.source, site / project.package)  # what a wheel of it installs
    (project.path / "conf").rename(away / "conf")
    (project.path / "data").rename(away / "data")
    result = project.python(
        "-m", project.package, "--pipeline=churn", "--nodes=fit_scaler", cwd=away, PYTHONPATH=str(site)
    )
    assert "kedro bind log churn" in result.stdout + result.stderr
    assert (away / "data/scaler.pkl").exists()


def test_bind_pipelines_is_the_explicit_way(project):
    project.write(
        f"src/{project.package}/pipeline_registry.py",
        """
        from kedro.framework.project import find_pipelines
        from kedro_bind import bind_pipelines

        def register_pipelines():
            return bind_pipelines(find_pipelines())
        """,
    )
    found = pipelines_of(project)
    assert isinstance(found["churn"], PipelineML)


LAZY = """
    from kedro.pipeline import Pipeline
    from {package}.pipelines.data_science import create_pipeline

    built = []

    class Lazy(dict):
        "Makes a pipeline when somebody asks for it."

        def __getitem__(self, name):
            built.append(name)
            return super().__getitem__(name)()

        def __missing__(self, name):
            if name == "anything":
                return lambda: Pipeline([])
            raise KeyError(name)

    def broken():
        raise RuntimeError("not wanted")

    def register_pipelines():
        return REGISTRY
    """


@pytest.mark.parametrize("explicit", [False, True])
def test_a_registry_that_makes_pipelines_on_demand_still_does(project, explicit):
    from kedro.framework.project import pipelines

    registry = "Lazy(__default__=create_pipeline, data_science=create_pipeline, broken=broken)"
    registry = f"__import__('kedro_bind').bind_pipelines({registry})" if explicit else registry
    project.write(f"src/{project.package}/pipeline_registry.py", LAZY.replace("REGISTRY", registry))
    with project.session() as session:
        session.load_context()
        assert isinstance(pipelines["churn"], PipelineML)
        built = sys.modules[f"{project.package}.pipeline_registry"].built
        assert set(built) == {"data_science"}
        assert {node.name for node in pipelines["__default__"].nodes} >= {"fit_scaler"}
        assert pipelines["anything"].nodes == []
        assert pipelines.get("nothing") is None
        with pytest.raises(RuntimeError, match="not wanted"):
            pipelines["broken"]


def test_pipelines_can_be_replaced_and_removed_as_in_kedro(project):
    from kedro.framework.project import pipelines

    with project.session() as session:
        session.load_context()
        pipelines["churn"] = pipelines["more"] = pipelines["reporting"]
        assert not isinstance(pipelines["churn"], PipelineML)
        for name in ("churn", "more", "reporting"):
            del pipelines[name]
        assert set(pipelines) == {"__default__", "data_science"}
        with pytest.raises(KeyError):
            del pipelines["reporting"]


def test_reloading_with_another_document_forgets_the_old_one(project):
    assert "churn" in pipelines_of(project)
    project.write("conf/base/pipeline_ml.yml", BINDING.replace("churn:", "renamed:"))
    found = pipelines_of(project)
    assert "renamed" in found
    assert "churn" not in found


def test_a_broken_document_breaks_no_other_command(project):
    project.write("conf/base/pipeline_ml.yml", "churn: [1, 2\n")
    for arguments in (["--version"], ["registry", "list"], ["run", "--pipelines=reporting"], ["catalog", "--help"]):
        result = project.kedro(*arguments)
        assert "Traceback" not in result.stdout + result.stderr
    output = project.kedro("run", "--pipelines=reporting")
    lines = [line for line in (output.stdout + output.stderr).splitlines() if "kedro bind check" in line]
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("churn: [1, 2\n", "yaml-syntax"),
        (BINDING.replace("input_name", "inputname"), "unknown-key"),
        (BINDING.replace("tags: training", "tags: trainin"), "empty-selection"),
        (BINDING.replace("input_name: customers", "input_name: clients"), "bad-input-name"),
        (
            BINDING.replace("pipeline: data_science, tags: inference", "pipeline: data_sciense, tags: inference"),
            "unknown-pipeline",
        ),
    ],
)
def test_a_run_of_a_broken_binding_says_why_before_training_starts(project, document, code):
    project.write("conf/base/pipeline_ml.yml", document)
    result = project.kedro("run", "--pipelines=churn", check=False)
    assert result.returncode == 1
    assert f"[{code}]" in result.stderr
    assert "conf/base/pipeline_ml.yml:" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not (project.path / "data/scaler.pkl").exists()
    assert not (project.path / "mlflow.db").exists()


def test_an_artifact_in_memory_is_refused_before_training_starts(project):
    catalog = project.path / "conf/base/catalog.yml"
    catalog.write_text(
        catalog.read_text().replace(
            "type: pickle.PickleDataset\n  filepath: data/classifier.pkl", "type: MemoryDataset"
        )
    )
    result = project.kedro("run", "--pipelines=churn", check=False)
    assert result.returncode == 1
    assert "[not-persisted]" in result.stderr
    assert not (project.path / "data/scaler.pkl").exists()


def test_a_misspelt_name_gets_kedros_own_message(project):
    result = project.kedro("run", "--pipelines=reportin", check=False)
    output = result.stdout + result.stderr
    assert "reportin" in output
    assert "can't run" not in output


def test_both_ways_of_naming_pipelines_find_bindings(project):
    for option in ("--pipeline=churn", "--pipelines=churn,reporting"):
        result = project.kedro("run", option, "--nodes=fit_scaler")
        assert "kedro bind log churn" in result.stdout + result.stderr


def test_kedro_without_a_project_is_left_alone(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "kedro", "--version"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "kedro, version" in result.stdout
    assert list(tmp_path.iterdir()) == []
