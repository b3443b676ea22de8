"""Two models with packages of the same name in one process run their own code."""

from __future__ import annotations

import sys

import pytest
import yaml

from kedro_bind.model.plan_file import PLAN_FILE
from kedro_bind.model.runtime import load_predictor

PACKAGE = "twins_of_a_test"


@pytest.fixture
def model(tmp_path):
    """Return a function that writes the folder of a model whose code adds a number."""

    def write(number):
        folder, code = tmp_path / f"m{number}" / "plan", tmp_path / f"m{number}" / "code"
        (code / PACKAGE / "inner").mkdir(parents=True)
        folder.mkdir(parents=True)
        (code / PACKAGE / "__init__.py").write_text("")
        (code / PACKAGE / "inner" / "__init__.py").write_text(f"NUMBER = {number}\n")
        (code / PACKAGE / "nodes.py").write_text(
            f"from {PACKAGE}.inner import NUMBER\n\n\ndef add(x):\n    return x + NUMBER\n"
        )
        plan = {
            "format": 1,
            "name": "m",
            "input_name": "x",
            "output_name": "out",
            "nodes": [{"name": "n", "function": f"{PACKAGE}.nodes:add", "inputs": "x", "outputs": "out"}],
        }
        (folder / PLAN_FILE).write_text(yaml.safe_dump(plan))
        return folder, code

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_each_model_runs_its_own_code(model, monkeypatch):
    predictors = []
    for number in (1, 20):
        folder, code = model(number)
        monkeypatch.syspath_prepend(str(code))  # as MLflow does
        predictors.append(load_predictor(folder, code))
    assert [predictor.predict(300) for predictor in predictors] == [301, 320]
    assert [predictor.predict(300) for predictor in predictors] == [301, 320]


def test_modules_that_were_loaded_before_stay_loaded(model, monkeypatch):
    folder, code = model(1)
    monkeypatch.syspath_prepend(str(code))
    load_predictor(folder, code)
    before = {name: module for name, module in sys.modules.items() if name.startswith(PACKAGE)}
    assert set(before) == {PACKAGE, f"{PACKAGE}.inner", f"{PACKAGE}.nodes"}
    other_folder, other_code = model(20)
    path = list(sys.path)
    assert load_predictor(other_folder, other_code).predict(0) == 20
    assert {name: module for name, module in sys.modules.items() if name.startswith(PACKAGE)} == before
    assert sys.path == path
