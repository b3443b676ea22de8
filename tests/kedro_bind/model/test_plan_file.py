"""The file of a plan."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from kedro_bind.model.plan import FORMAT, Artifact, NodePlan, Plan, PlanError
from kedro_bind.model.plan_file import PLAN_FILE, from_yaml, read_plan, to_yaml, write_plan

PLAN = Plan(
    name="m",
    input_name="x",
    nodes=[NodePlan(name="n", function="m:f", inputs=["x", "scaler", "params:a"], outputs="out")],
    artifacts={"scaler": Artifact(location="scaler.pkl", sha256="0" * 64)},
    parameters={"params:a": {"ünï": [1, 2.5, None, True, dt.date(2024, 1, 1), "1e3", "yes"]}},
    output_name="out",
)


def test_a_plan_is_read_as_it_was_written(tmp_path):
    write_plan(PLAN, tmp_path)
    assert read_plan(tmp_path) == PLAN
    assert "ünï" in (tmp_path / PLAN_FILE).read_text(encoding="utf-8")


def test_a_plan_that_was_cut_is_never_read(tmp_path):
    write_plan(PLAN, tmp_path)
    lines = (tmp_path / PLAN_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    for kept in range(len(lines)):
        (tmp_path / PLAN_FILE).write_text("".join(lines[:kept]), encoding="utf-8")
        with pytest.raises(PlanError):
            read_plan(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            f"format: {FORMAT}",
            f"format: {FORMAT + 1}",
            f"has format {FORMAT + 1}, and this version of kedro_bind reads",
        ),
        ("name: m", "name: [", "is not valid YAML"),
        ("2024-01-01", "2024-13-01", "is not valid YAML"),
        ("input_name: x", "input_name: 3", "is invalid: input_name: "),
        ("output_name: out", "output_name: other", "is invalid: output_name is 'other'"),
        ("copy_mode: {}\n", "", "is invalid: it lacks copy_mode"),
        (f"    sha256: '{'0' * 64}'\n", "", "is invalid: it lacks the sha256 of 'scaler'"),
        ("location: scaler.pkl", "location: ../scaler.pkl", "must be inside the model's folder"),
    ],
)
def test_a_plan_that_was_changed_is_refused(tmp_path, old, new, message):
    write_plan(PLAN, tmp_path)
    text = (tmp_path / PLAN_FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / PLAN_FILE).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError, match="the model's plan") as raised:
        read_plan(tmp_path)
    assert message in str(raised.value)


def test_a_plan_has_to_be_there(tmp_path):
    with pytest.raises(PlanError, match="the model's plan can't be read"):
        read_plan(tmp_path)


@pytest.mark.parametrize("value", [math.inf, -1e300, "null", "1_000", "a: b", "é\n\n", dt.datetime(2024, 1, 1, 3)])  # noqa: DTZ001 - as YAML has it
def test_yaml_keeps_plain_values(value):
    assert from_yaml(to_yaml({"value": value})) == {"value": value}
