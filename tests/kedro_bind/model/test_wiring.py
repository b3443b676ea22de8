"""Whether the parts of a plan fit together."""

from __future__ import annotations

import pytest

from kedro_bind.model.plan import Artifact, NodePlan, ParameterType, Plan, ValidatorPlan
from kedro_bind.model.wiring import wiring_problems

SCALE = NodePlan(name="scale", function="m:scale", inputs=["x@pandas", "scaler"], outputs="scaled@pandas")
PREDICT = NodePlan(
    name="predict", function="m:predict", inputs={"data": "scaled@spark", "model": "params:model"}, outputs=["out"]
)
PLAN = Plan(
    name="m",
    input_name="x",
    nodes=[SCALE, PREDICT],
    artifacts={"scaler": Artifact(location="scaler.pkl")},
    parameters={"params:model": {"depth": 3}},
    predict_params=["params:model"],
    copy_mode={"x@pandas": "copy"},
    parameter_types={"model.depth": ParameterType(type="m:Depth")},
    validators={"out": ValidatorPlan(type="m.check", modes=["save"])},
    output_name="out",
)


def test_a_plan_whose_parts_fit_has_no_problem():
    assert list(wiring_problems(PLAN)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"nodes": [PREDICT, SCALE]}, "node 'predict' takes 'scaled@spark', which is not an artifact, a parameter"),
        ({"nodes": [SCALE, PREDICT, PREDICT]}, "node 'predict' overwrites 'out'"),
        ({"nodes": [SCALE, PREDICT.model_copy(update={"function": ""})]}, "needs one of 'function' and 'pickle'"),
        ({"nodes": [SCALE, PREDICT.model_copy(update={"pickle": "p"})]}, "needs one of 'function' and 'pickle'"),
        ({"artifacts": {**PLAN.artifacts, "more": PLAN.artifacts["scaler"]}}, "no node takes 'more'"),
        ({"artifacts": {}}, "node 'scale' takes 'scaler', which is not an artifact"),
        ({"input_name": "y"}, "no node takes 'y'"),
        ({"output_name": "scaled"}, "output_name is 'scaled', and its nodes have the output out"),
        ({"predict_params": ["params:gone"]}, "predict_params has 'params:gone', which is not a parameter"),
        ({"copy_mode": {"gone": "copy"}}, "copy_mode has 'gone', which is not a dataset of its nodes"),
        ({"validators": {"gone": PLAN.validators["out"]}}, "validators has 'gone', which is not a dataset"),
        ({"parameter_types": {"gone": ParameterType(type="m:D")}}, "parameter_types has 'gone', which is not in any"),
    ],
)
def test_a_part_that_does_not_fit_is_a_problem(changes, problem):
    assert any(problem in found for found in wiring_problems(PLAN.model_copy(update=changes)))
