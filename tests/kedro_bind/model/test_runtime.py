"""Load a plan's folder; errors say what is wrong with it."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
import yaml
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.model.digest import digest
from kedro_bind.model.plan import FORMAT, PlanError
from kedro_bind.model.plan_file import PLAN_FILE
from kedro_bind.model.runtime import load_predictor
from tests.kedro_bind.model import nodes


@pytest.fixture
def catalog(tmp_path):
    dataset = PickleDataset(filepath=str(tmp_path / "model.pkl"))
    dataset.save(10)
    return DataCatalog({"artifact": dataset, "params:offset": MemoryDataset(100)})


@pytest.fixture
def folder(built, catalog):
    return built(catalog, nodes.shift, inputs=("x", "artifact", "params:offset")).folder


def change(folder, **values):
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    (folder / PLAN_FILE).write_text(yaml.safe_dump({**content, **values}))


def test_parameters_of_a_call_replace_defaults(folder):
    predictor = load_predictor(folder)
    assert predictor.predict(1) == 111
    assert predictor.predict(1, {"offset": 0}) == 11
    assert predictor.predict(1) == 111


def test_an_unknown_parameter_is_rejected(folder):
    with pytest.raises(PlanError, match="no parameter 'runner'; a caller may set: offset"):
        load_predictor(folder).predict(1, {"runner": "os.abort"})


def test_a_changed_artifact_is_named(folder):
    (folder / "artifacts/artifact/model.pkl").unlink()
    (folder / "artifacts/artifact/model.pkl").write_bytes(pickle.dumps(11))
    with pytest.raises(PlanError, match="the artifact 'artifact' of the model has changed since it was logged"):
        load_predictor(folder)


def test_a_truncated_artifact_is_named_as_changed(folder):
    file = folder / "artifacts/artifact/model.pkl"
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-3])
    with pytest.raises(PlanError, match="the artifact 'artifact' of the model has changed"):
        load_predictor(folder)


def test_a_missing_artifact_is_named(folder):
    (folder / "artifacts/artifact/model.pkl").unlink()
    with pytest.raises(PlanError, match="the model lacks the artifact 'artifact'"):
        load_predictor(folder)


def test_a_plan_of_a_newer_format_says_what_to_install(folder):
    change(folder, format=FORMAT + 1)
    with pytest.raises(
        PlanError, match=f"has format {FORMAT + 1}, and this version of kedro_bind reads up to format {FORMAT}; install"
    ):
        load_predictor(folder)


def test_a_missing_truncated_or_foreign_plan_is_rejected(folder):
    plan = folder / PLAN_FILE
    text = plan.read_text()
    plan.write_text(text[: len(text) // 2] + "\n  - [")
    with pytest.raises(PlanError, match="is not valid YAML"):
        load_predictor(folder)
    plan.write_text("- 1\n")
    with pytest.raises(PlanError, match="is invalid: "):
        load_predictor(folder)
    plan.unlink()
    with pytest.raises(PlanError, match="can't be read"):
        load_predictor(folder)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nodes": []}, "nodes"),
        ({"surprise": 1}, "surprise"),
        ({"artifacts": {"artifact": {"location": "../../etc/passwd"}}}, "must be inside the model's folder"),
        ({"artifacts": {"artifact": {"location": "/etc/passwd"}}}, "must be inside the model's folder"),
        ({"copy_mode": {"x": "steal"}}, "copy_mode.x"),
    ],
)
def test_a_plan_changed_by_hand_is_rejected_with_the_place(folder, values, message):
    change(folder, **values)
    with pytest.raises(PlanError, match=message):
        load_predictor(folder)


def test_the_yaml_of_a_plan_cannot_run_code(folder):
    (folder / PLAN_FILE).write_text("!!python/object/apply:os.system ['true']")
    with pytest.raises(PlanError, match="is not valid YAML"):
        load_predictor(folder)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("no_such_module:predict", "the module 'no_such_module' can't be imported"),
        ("tests.kedro_bind.model.nodes:no_such", "which 'tests.kedro_bind.model.nodes' does not have"),
        ("tests.kedro_bind.model.nodes", "which 'tests.kedro_bind.model.nodes' does not have"),
        ("os:sep", "the function 'os:sep' of the model is not a function, but a 'str'"),
        (":predict", "the module '' can't be imported"),
        (".nodes:predict", "the module '.nodes' can't be imported"),
    ],
)
def test_a_missing_function_or_something_else_is_named(folder, function, message):
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    content["nodes"][0]["function"] = function
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match=message):
        load_predictor(folder)


def test_functions_without_an_importable_name_are_pickled_with_a_warning(built, catalog):
    offset = 5
    result = built(catalog, lambda x, artifact: x + artifact + offset)
    assert "the function of node 'predict' can't be imported by name" in result.warnings[0]
    assert load_predictor(result.folder).predict(1) == 16


def test_a_pickle_of_something_else_than_a_function_is_rejected(built, catalog):
    folder = built(catalog, lambda x, artifact: x + artifact).folder
    (folder / "functions/0.pkl").write_bytes(pickle.dumps("not a function"))
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    content["nodes"][0]["sha256"] = digest(folder / "functions/0.pkl")
    change(folder, nodes=content["nodes"])
    with pytest.raises(PlanError, match=r"the pickled function 0\.pkl of the model is not a function, but a 'str'"):
        load_predictor(folder)


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return type(self.mark).touch, (self.mark,)


@pytest.mark.parametrize("file", ["functions/0.pkl", "artifacts/artifact/model.pkl"])
def test_no_pickle_runs_before_it_is_compared_with_the_plan(built, catalog, tmp_path, file):
    folder = built(catalog, lambda x, artifact: x + artifact).folder
    (folder / file).write_bytes(pickle.dumps(Trap(tmp_path / "ran")))
    with pytest.raises(PlanError, match="has changed since it was logged"):
        load_predictor(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("runner", [None, "ThreadRunner"])
def test_nothing_is_unpickled_before_everything_is_compared(built, catalog, tmp_path, runner):
    mark = tmp_path / "ran"
    trap = PickleDataset(filepath=str(tmp_path / "trap.pkl"))
    trap.save(Trap(mark))
    steps = [
        node(nodes.add, ["x", "trap"], "y", name="first"),
        node(nodes.add, ["y", "artifact"], "out", name="second"),
    ]
    both = DataCatalog({"trap": trap, "artifact": catalog.get("artifact")})
    folder = built(both, steps=steps, kpm_kwargs={"runner": runner}).folder
    for name in ("artifact", "trap"):  # the last one to be read, in either order
        file = next((folder / "artifacts" / name).iterdir())
        content = file.read_bytes()
        file.write_bytes(content + b"more")
        with pytest.raises(PlanError, match=f"the artifact '{name}' of the model has changed"):
            load_predictor(folder)
        assert not mark.exists()
        file.write_bytes(content)
    load_predictor(folder)
    assert mark.exists()


@pytest.mark.parametrize(
    ("artifact", "message"),
    [
        ({"path_key": "metadata"}, "artifacts.artifact.path_key"),
        ({"path_key": "metadata", "dataset": {"filepath": "{secret}"}}, "must read from the artifact's location only"),
        ({"path_key": "path", "dataset": {"filepath": "{secret}"}}, "must read from the artifact's location only"),
        ({"dataset": {"filepath": "{secret}"}}, "must read from the artifact's location only, and has 'filepath'"),
        ({"dataset": {"load_args": {"path": "{secret}"}}}, "and has 'load_args.path'"),
        ({"sha256": None}, "it lacks the sha256 of 'artifact'"),
    ],
)
def test_a_plan_that_reads_from_elsewhere_or_without_a_digest_is_rejected(folder, tmp_path, artifact, message):
    secret = tmp_path / "secret.pkl"
    secret.write_bytes(pickle.dumps("secret"))
    content = yaml.safe_load((folder / PLAN_FILE).read_text())["artifacts"]["artifact"]
    text = yaml.safe_dump({**artifact, "dataset": {**content["dataset"], **artifact.get("dataset", {})}})
    change(folder, artifacts={"artifact": {**content, **yaml.safe_load(text.replace("{secret}", str(secret)))}})
    with pytest.raises(PlanError, match=message):
        load_predictor(folder)


def test_a_pickled_function_without_a_digest_is_rejected(built, catalog):
    folder = built(catalog, lambda x, artifact: x + artifact).folder
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    del content["nodes"][0]["sha256"]
    change(folder, nodes=content["nodes"])
    with pytest.raises(PlanError, match="it lacks the sha256 of 'predict'"):
        load_predictor(folder)


@pytest.mark.parametrize("runner", [None, "ThreadRunner"])
def test_a_loaded_model_can_be_pickled_and_predicts_in_another_process(built, catalog, tmp_path, runner):
    from tests.kedro_project import clean_environment

    folder = built(
        catalog, nodes.shift, inputs=("x", "artifact", "params:offset"), kpm_kwargs={"runner": runner}
    ).folder
    pickled = tmp_path / "loaded.pkl"
    pickled.write_bytes(pickle.dumps(load_predictor(folder)))
    code = (
        "import pickle\n"
        "from pathlib import Path\n"
        f"predictor = pickle.loads(Path({str(pickled)!r}).read_bytes())\n"
        "print(predictor.predict(1), predictor.predict(1, {'offset': 0}))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "111 11"


def test_static_methods_and_classes_are_found_by_name(built, catalog):
    result = built(catalog, nodes.Kept.add)
    assert result.plan.nodes[0].function == "tests.kedro_bind.model.nodes:Kept.add"
    assert load_predictor(result.folder).predict(1) == 11


def test_a_failing_node_is_named_and_the_next_call_is_not_affected(built, catalog):
    predictor = load_predictor(built(catalog, nodes.fail).folder)
    for _ in range(2):
        with pytest.raises(LookupError, match="no 1") as caught:
            predictor.predict(1)
        assert caught.value.__notes__ == ["raised in node 'predict' of the inference pipeline"]


@pytest.mark.parametrize(
    ("runner", "arguments"),
    [("ThreadRunner", {"max_workers": 2}), ("kedro.runner.SequentialRunner", {"is_async": True})],
)
def test_another_runner_predicts_the_same(built, catalog, runner, arguments):
    from conf_schema import RunnerSpec

    spec = RunnerSpec.model_validate({"type": runner, **arguments})
    result = built(catalog, nodes.shift, inputs=("x", "artifact", "params:offset"), kpm_kwargs={"runner": spec})
    predictor = load_predictor(result.folder)
    assert predictor.predict(1) == 111
    assert predictor.predict(1, {"offset": 0}) == 11
    assert predictor.predict(1) == 111


def test_the_parallel_runner_predicts_the_same(built, catalog):
    from conf_schema import RunnerSpec

    spec = RunnerSpec.model_validate({"type": "ParallelRunner", "max_workers": 2})
    assert load_predictor(built(catalog, kpm_kwargs={"runner": spec}).folder).predict(1) == 11


@pytest.mark.parametrize(
    ("runner", "message"),
    [
        ({"type": "NoRunner"}, "there is no runner"),
        ({"type": "os.abort"}, "is not a Kedro runner"),
        ({"type": "ThreadRunner", "workers": 2}, "does not take these arguments"),
    ],
)
def test_a_runner_that_does_not_exist_or_fit_is_rejected(folder, runner, message):
    type_ = runner.pop("type")
    change(folder, runner={"type": type_ if "." in type_ else f"kedro.runner.{type_}", "arguments": runner})
    with pytest.raises(PlanError, match=message):
        load_predictor(folder)


def test_loading_imports_neither_kedros_framework_nor_its_runners(folder):
    from tests.kedro_project import clean_environment

    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from kedro_bind.model.runtime import load_predictor\n"
        f"print(load_predictor(Path({str(folder)!r})).predict(1))\n"
        "heavy = ('kedro.framework', 'kedro.runner', 'dynaconf', 'kedro_bind.session.install', 'conf_schema')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert result.stdout.split("\n")[:2] == ["111", "[]"]
