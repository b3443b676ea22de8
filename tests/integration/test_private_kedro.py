"""The private parts of Kedro that kedro_bind uses exist, and mean what it expects."""

from __future__ import annotations

from pathlib import Path

import click
import kedro.framework.project as kedro_project
from kedro.config import OmegaConfigLoader
from kedro.io import CachedDataset, MemoryDataset, Version
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.binding.datasets import file_system_of
from kedro_bind.config.files import environment_folder
from tests.kedro_project import NODES


def test_pipelines_get_the_users_function_through_one_method():
    asked = []

    class Spy(kedro_project._ProjectPipelines):
        @staticmethod
        def _get_pipelines_registry_callable(pipelines_module):
            asked.append(pipelines_module)
            return lambda: {"one": 1}

    pipelines = Spy()
    pipelines.configure("some.module")
    assert dict(pipelines) == {"one": 1}
    assert asked == ["some.module"]


def test_pipelines_load_again_when_they_are_marked_as_not_loaded():
    loads = []
    pipelines = kedro_project._ProjectPipelines()
    pipelines.configure("some.module")
    pipelines._get_pipelines_registry_callable = lambda module: lambda: loads.append(module) or {}
    list(pipelines)
    list(pipelines)
    pipelines._is_data_loaded = False
    list(pipelines)
    assert loads == ["some.module", "some.module"]


def test_the_request_is_kept_in_one_attribute():
    pipelines = kedro_project._ProjectPipelines()
    if hasattr(pipelines, "set_requested"):  # Kedro 1.7 on
        pipelines.set_requested(["one"])
        assert pipelines._requested_pipelines == ["one"]
    else:
        assert not hasattr(pipelines, "_requested_pipelines")


def test_the_config_loader_has_its_file_system(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "pipeline_ml.yml").write_text("a: 1")
    loader = OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="local")
    assert loader._protocol == "file"
    assert loader._fs.isfile(f"{tmp_path}/base/pipeline_ml.yml")


def test_a_cached_dataset_has_the_dataset_that_it_wraps():
    inner = MemoryDataset(1)
    assert CachedDataset(inner)._dataset is inner


def test_a_dataset_that_is_for_one_process_is_marked():
    assert CachedDataset._SINGLE_PROCESS is True
    assert not hasattr(MemoryDataset, "_SINGLE_PROCESS")


def test_a_node_keeps_its_inputs_and_outputs_as_written():
    made = node(lambda a, b: {"x": a, "y": b}, {"a": "one", "b": "two"}, {"x": "left", "y": "right"}, name="n")
    assert made._inputs == {"a": "one", "b": "two"}
    assert made._outputs == {"x": "left", "y": "right"}


def test_a_context_uses_the_hints_of_the_pipelines_to_validate(project):
    depth = "from dataclasses import dataclass\n\n\n@dataclass\nclass Depth:\n    of: int\n"
    project.write(f"src/{project.package}/nodes.py", depth + NODES.replace("depth: int", "depth: Depth"))
    project.write("conf/base/parameters.yml", "depth: {of: 3}\nthreshold: 0.0\n")
    with project.session() as session:
        context = session.load_context()
        if not hasattr(context, "_pipelines_to_validate"):  # Kedro 1.3 and earlier
            return
        context._pipelines_to_validate = []
        assert context.catalog.load("params:depth") == {"of": 3}
        context._pipelines_to_validate = ["churn"]
        assert context.catalog.load("params:depth").of == 3


def test_a_context_knows_its_package(project):
    with project.session() as session:
        assert session.load_context()._package_name == project.package


def test_the_config_loader_finds_the_folder_of_an_environment(tmp_path):
    (tmp_path / "base").mkdir()
    loader = OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="local")
    if hasattr(loader, "_get_conf_env_path"):  # later versions of Kedro
        assert Path(loader._get_conf_env_path("base")) == tmp_path / "base"
    assert environment_folder(loader, "base") == (tmp_path / "base").as_posix()


def test_a_pipeline_keeps_its_nodes_in_one_attribute():
    nodes = [node(print, "b", "c", name="second"), node(print, "a", "b", name="first")]
    pipeline = Pipeline(nodes)
    assert isinstance(pipeline._nodes, list)
    assert set(pipeline._nodes) == set(pipeline.nodes) == set(nodes)


def test_versioned_datasets_keep_their_file_system_in_one_attribute(tmp_path):
    dataset = PickleDataset(filepath=(tmp_path / "model.pkl").as_posix())
    dataset.save({"weight": 1})
    assert file_system_of(dataset, "file") is dataset._fs
    assert dataset._fs.exists((tmp_path / "model.pkl").as_posix())


def test_a_dataset_keeps_its_version_in_one_attribute(tmp_path):
    file = (tmp_path / "model.pkl").as_posix()
    assert PickleDataset(filepath=file)._version is None
    assert PickleDataset(filepath=file, version=Version(None, None))._version is not None


def test_parameters_of_the_command_line_are_parsed_by_one_function():
    from kedro.framework.cli.utils import _split_params

    context = click.Context(click.Command("check"))
    parameter = click.Option(["--params"])
    assert _split_params(context, parameter, "a=1,b.c=x") == {"a": 1, "b": {"c": "x"}}
    assert _split_params(context, parameter, "") == {}
