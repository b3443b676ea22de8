"""Functions and artifacts that a plan names."""

from __future__ import annotations

import json
import pickle
import sys

import pytest

from kedro_bind.model.loading import load_artifact, load_function, load_functions
from kedro_bind.model.plan import Artifact, NodePlan, Plan, PlanError

JSON = Artifact(location="a.json", dataset={"type": "json.JSONDataset"})


def test_a_function_is_imported_by_name():
    assert load_function("json:dumps") is json.dumps
    assert load_function("json:JSONDecoder.decode") is json.JSONDecoder.decode


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("gone.nodes:fit", "needs the function 'gone.nodes:fit', and the module 'gone' can't be imported"),
        ("json:gone", "needs the function 'json:gone', which 'json' does not have"),
        ("json:__name__", "the function 'json:__name__' of the model is not a function, but a 'str'"),
    ],
)
def test_a_function_that_is_not_there_is_named(reference, message):
    with pytest.raises(PlanError, match=message):
        load_function(reference)


def test_a_module_that_fails_is_named_with_what_it_lacks(tmp_path, monkeypatch):
    (tmp_path / "needs_a_lot.py").write_text("import not_installed_anywhere\n")
    (tmp_path / "fails.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PlanError, match="the module 'not_installed_anywhere' can't be imported"):
        load_function("needs_a_lot:fit")
    with pytest.raises(PlanError, match="the module 'fails' can't be imported: division by zero"):
        load_function("fails:fit")
    assert "fails" not in sys.modules


def test_a_pickled_function_is_loaded(tmp_path):
    (tmp_path / "fit.pkl").write_bytes(pickle.dumps(len))
    nodes = [NodePlan(name="a", function="json:dumps", inputs="x"), NodePlan(name="b", pickle="fit.pkl")]
    plan = Plan(name="m", input_name="x", nodes=nodes, output_name="out")
    assert load_functions(plan, tmp_path) == [json.dumps, len]


def test_a_pickle_that_is_no_function_is_refused(tmp_path):
    (tmp_path / "fit.pkl").write_bytes(pickle.dumps(3))
    (tmp_path / "broken.pkl").write_bytes(b"broken")
    with pytest.raises(PlanError, match=r"the pickled function fit\.pkl of the model is not a function, but a 'int'"):
        load_function("", tmp_path / "fit.pkl")
    with pytest.raises(PlanError, match=r"the pickled function broken\.pkl of the model can't be loaded"):
        load_function("", tmp_path / "broken.pkl")


def test_an_artifact_is_read_by_its_dataset_or_from_its_pickle(tmp_path):
    (tmp_path / "a.json").write_text('{"mean": 1}')
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"mean": 2}))
    assert load_artifact("scaler", JSON, tmp_path / "a.json") == {"mean": 1}
    assert load_artifact("scaler", Artifact(location="a.pkl"), tmp_path / "a.pkl") == {"mean": 2}


def test_an_artifact_that_can_not_be_read_is_named(tmp_path):
    with pytest.raises(PlanError, match="the model lacks the artifact 'scaler': there is no"):
        load_artifact("scaler", JSON, tmp_path / "a.json")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(PlanError, match="the artifact 'scaler' of the model can't be loaded"):
        load_artifact("scaler", JSON, tmp_path / "a.json")
