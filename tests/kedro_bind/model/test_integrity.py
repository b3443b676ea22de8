"""A model's code is compared with the plan before any of it is imported."""

from __future__ import annotations

import compileall
import json
import sys

import pytest
import yaml

from kedro_bind.model.integrity import code_digests
from kedro_bind.model.plan import FORMAT, PlanError
from kedro_bind.model.plan_file import PLAN_FILE
from kedro_bind.model.runtime import load_predictor

PACKAGE = "code_of_a_test"


@pytest.fixture
def model(tmp_path, monkeypatch):
    """The plan's folder and the code folder of a model; the code is on the path, where MLflow puts it."""
    folder, code = tmp_path / "model/artifacts/plan", tmp_path / "model/code"
    folder.mkdir(parents=True)
    (code / PACKAGE).mkdir(parents=True)
    (code / PACKAGE / "__init__.py").write_text("")
    (code / PACKAGE / "words.json").write_text('["a"]')
    (code / PACKAGE / "nodes.py").write_text(
        "import json\n"
        "from pathlib import Path\n\n"
        'Path(__file__).parents[2].joinpath("ran").touch()\n\n\n'
        "def count(x):\n"
        '    return x + len(json.loads(Path(__file__).with_name("words.json").read_text()))\n'
    )
    plan = {
        "format": FORMAT,
        "name": "m",
        "input_name": "x",
        "runner": {"type": "kedro.runner.SequentialRunner", "arguments": {}},
        "nodes": [{"name": "n", "function": f"{PACKAGE}.nodes:count", "inputs": "x", "outputs": "out"}],
        **{name: {} for name in ("artifacts", "parameters", "copy_mode")},
        "predict_params": [],
        "parameter_types": {},
        "validators": {},
        "code": code_digests(code),
        "row_wise": False,
        "row_wise_reason": "",
        "row_wise_declared": False,
        "output_name": "out",
    }
    (folder / PLAN_FILE).write_text(yaml.safe_dump(plan))
    monkeypatch.syspath_prepend(str(code))
    yield folder, code
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_unchanged_code_runs(model):
    folder, code = model
    assert load_predictor(folder, code).predict(1) == 2


@pytest.mark.parametrize("name", ["nodes.py", "words.json", "__init__.py"])
def test_a_changed_file_of_the_code_is_named_and_nothing_is_imported(model, name):
    folder, code = model
    with (code / PACKAGE / name).open("a") as file:
        file.write(" ")
    with pytest.raises(PlanError, match=rf"the file {PACKAGE}/{name} of the code of the model has changed"):
        load_predictor(folder, code)
    assert not (code.parent / "ran").exists()


def test_a_missing_file_of_the_code_is_named(model):
    folder, code = model
    (code / PACKAGE / "words.json").unlink()
    with pytest.raises(PlanError, match=f"the model lacks the file {PACKAGE}/words.json of its code"):
        load_predictor(folder, code)


def test_a_model_without_its_code_is_rejected(model):
    folder, code = model
    code.rename(code.with_name("elsewhere"))
    with pytest.raises(PlanError, match="the model lacks the file"):
        load_predictor(folder, code)


@pytest.mark.parametrize(
    "name", [f"{PACKAGE}/nodes/__init__.py", f"{PACKAGE}/more.py", f"{PACKAGE}.so", "json.py", "yaml/__init__.py"]
)
def test_an_added_module_that_shadows_another_one_is_rejected(model, name):
    folder, code = model
    (code / name).parent.mkdir(exist_ok=True)
    (code / name).write_text("")
    with pytest.raises(PlanError, match=f"a file {name} that was not logged"):
        load_predictor(folder, code)
    assert not (code.parent / "ran").exists()


def test_bytecode_and_files_that_a_host_adds_are_ignored(model):
    folder, code = model
    assert compileall.compile_dir(code, quiet=1)
    (code / ".gitattributes").write_text("*.pkl filter=lfs")
    (code / "requirements.txt").write_text("torch")
    (code / "host_inference.py").write_text("def model_fn(folder): ...\n")
    (code / PACKAGE / "NOTES").write_text("")
    assert load_predictor(folder, code).predict(1) == 2
    assert list(code.rglob("__pycache__"))


def test_a_model_of_an_earlier_format_has_no_digests_of_its_code(model):
    folder, code = model
    plan = yaml.safe_load((folder / PLAN_FILE).read_text())
    del plan["code"]
    (folder / PLAN_FILE).write_text(yaml.safe_dump({**plan, "format": 2}))
    (code / PACKAGE / "words.json").write_text(json.dumps(["a", "b"]))
    assert load_predictor(folder, code).predict(1) == 3
