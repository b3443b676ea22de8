"""The parts of two models that differ, from their plans alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kedro_bind.evaluation.difference.changes import Change
from kedro_bind.evaluation.difference.contents import Contents
from kedro_bind.evaluation.difference.parts import artifact_changes, changed_artifacts, part_changes
from kedro_bind.model.plan import Artifact, NodePlan, ParameterType, Plan, RunnerPlan

SCALE = NodePlan(name="scale", function="shop:scale", inputs=["x", "scaler"], outputs="scaled")
PREDICT = NodePlan(name="predict", function="shop:predict", inputs=["scaled", "params:at"], outputs="out")
PICKLE = {"type": "pickle.PickleDataset", "backend": "pickle"}
PLAN = Plan(
    name="m",
    input_name="x",
    nodes=[SCALE, PREDICT],
    artifacts={"scaler": Artifact(location="scaler.pkl", dataset=PICKLE, sha256="1")},
    parameters={"params:at": {"low": 0.5}},
    copy_mode={"scaled": "copy"},
    output_name="out",
)
COLUMN = {"name": "spend", "type": "double", "required": True}


def contents(tmp_path=Path("gone"), *, signature=None, requirements=None, metrics=None, **changes):
    plan = PLAN.model_copy(update=changes)
    return Contents("m", tmp_path, plan, signature or {"inputs": [COLUMN]}, requirements or {}, metrics)


def changes(before, after):
    return [(change.section, change.name, change.kind, change.detail) for change in part_changes(before, after)]


def test_a_model_is_like_itself():
    assert changes(contents(metrics={"a": 1.0}), contents(metrics={"a": 1.0})) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"nodes": [SCALE]}, ("nodes", "predict", "removed", "")),
        (
            {"nodes": [SCALE, PREDICT.model_copy(update={"function": "shop:other"})]},
            ("nodes", "predict", "changed", "its function: shop:predict -> shop:other"),
        ),
        (
            {"nodes": [SCALE, PREDICT.model_copy(update={"function": "", "pickle": "p.pkl"})]},
            ("nodes", "predict", "changed", "its function: shop:predict -> a pickle"),
        ),
        (
            {"nodes": [SCALE.model_copy(update={"inputs": ["x", "other"]}), PREDICT]},
            ("nodes", "scale", "changed", "its inputs: ['x', 'scaler'] -> ['x', 'other']"),
        ),
        ({"parameters": {"params:at": {"low": 0.6}}}, ("parameters", "params:at.low", "changed", "")),
        ({"signature": {"inputs": [{**COLUMN, "required": False}]}}, ("signature", "inputs: spend", "changed", "")),
        ({"signature": {"inputs": []}}, ("signature", "inputs: spend", "removed", "")),
        ({"requirements": {"pandas": "pandas==2"}}, ("requirements", "pandas", "added", "")),
        ({"copy_mode": {"scaled": "deepcopy"}}, ("copy modes", "scaled", "changed", "")),
        ({"runner": RunnerPlan(type="kedro.runner.ThreadRunner")}, ("runner", "type", "changed", "")),
        ({"row_wise": True}, ("options", "row_wise", "changed", "")),
        ({"parameter_types": {"at": ParameterType(type="shop:At")}}, ("options", "type of at", "added", "")),
        ({"predict_params": ["params:at"]}, ("options", "caller sets params:at", "added", "")),
    ],
)
def test_a_part_that_differs_is_found(after, expected):
    assert changes(contents(), contents(**after)) == [expected]


def test_metrics_are_compared_where_both_models_have_them():
    assert changes(contents(metrics={"a": 1.0}), contents()) == []
    assert changes(contents(metrics={"a": 1.0}), contents(metrics={"a": 2.0})) == [("metrics", "a", "changed", "")]


def test_code_that_a_function_uses_is_named(tmp_path):
    models = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        (folder / "code").mkdir(parents=True)
        (folder / "code/shop.py").write_text(
            f"def scale(x, scaler):\n    return x\n\n\nLIMIT = {number}\n\n\ndef predict(x, at):\n    return LIMIT\n"
        )
        models.append(contents(folder))
    assert changes(*models) == [("nodes", "predict", "changed", "the code of shop:LIMIT, which it uses")]


def artifact(**changed):
    return {"artifacts": {"scaler": PLAN.artifacts["scaler"].model_copy(update=changed)}}


def test_an_artifact_is_compared_by_its_content():
    before, after = contents(), contents(**artifact(sha256="2"))
    assert changed_artifacts(before, after) == ["scaler"]
    assert changed_artifacts(before, before) == []
    old = {"scaler": {"mean": np.array([1.0, 2.0]), "kind": "standard"}}
    new = {"scaler": {"mean": np.array([1.0, 2.5]), "kind": "standard"}}
    (change,) = artifact_changes(before, after, old, new)
    assert change == Change("artifacts", "scaler", "changed", "[1.0, 2.0]", "[1.0, 2.5]", "mean changed, by up to 0.5")


@pytest.mark.parametrize(
    ("old", "new", "details"),
    [
        ({}, {}, ["its sha256 differs"]),
        ({"scaler": {"a": 1}}, {"scaler": {"a": 1}}, []),  # written in another way
        (
            {"scaler": {"a": "<Tree>"}},
            {"scaler": {"a": "<Tree>"}},
            ["its sha256 differs, in a part that can't be shown"],
        ),
    ],
)
def test_an_artifact_may_differ_in_what_is_not_seen(old, new, details):
    found = artifact_changes(contents(), contents(**artifact(sha256="2")), old, new)
    assert [change.detail for change in found] == details


def test_many_parts_are_cut():
    old, new = ({"scaler": {str(key): key + step for key in range(30)}} for step in (0, 1))
    found = list(artifact_changes(contents(), contents(**artifact(sha256="2")), old, new))
    assert len(found) == 21
    assert found[-1].detail == "and 10 more parts"


def test_an_artifact_comes_goes_and_changes_its_dataset():
    def found(before, after):
        return [(change.kind, change.detail) for change in artifact_changes(before, after, {}, {})]

    assert found(contents(), contents(artifacts={})) == [("removed", "")]
    assert found(contents(artifacts={}), contents()) == [("added", "")]
    other = contents(**artifact(dataset={**PICKLE, "backend": "joblib"}))
    assert found(contents(), other) == [("changed", "backend of its dataset changed")]
    assert found(contents(), replace(other, plan=contents().plan)) == []
