"""A plan is read as it was written, or not at all."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.errors import LoggingError
from kedro_bind.model.build import build_plan
from kedro_bind.model.plain_values import refuse_changing
from kedro_bind.model.plan import PLAN_FILE, PlanError, read_plan
from kedro_bind.model.runtime import load_predictor
from tests.bindings import resolved
from tests.kedro_bind.model import nodes


@pytest.fixture
def folder(tmp_path):
    """A plan that has something in each of its parts: a pickled function, artifacts, parameters, a runner."""
    datasets = {"params:offset": MemoryDataset(100), "params:nested": MemoryDataset({"a": [1, {"b": 2}], "c": "d"})}
    for name in ("first", "second"):
        datasets[name] = PickleDataset(filepath=str(tmp_path / f"{name}.pkl"))
        datasets[name].save(10)
    steps = [
        node(nodes.shift, ["x", "first", "params:offset"], "shifted", name="shift"),
        node(
            lambda shifted, nested: [shifted, nested["c"]], ["shifted", "params:nested"], ["out1", "text"], name="two"
        ),
        node(nodes.add, {"x": "out1", "artifact": "second"}, "sum", name="add"),
        node(nodes.describe, ["sum", "text"], "out", name="describe"),
    ]
    folder = tmp_path / "plan"
    folder.mkdir()
    binding = resolved(Pipeline(steps), name="test", kpm_kwargs={"runner": "ThreadRunner", "copy_mode": "deepcopy"})
    built = build_plan(binding, DataCatalog(datasets), folder)
    built.sealed(built.digests())
    return folder


def test_the_plan_of_the_fixture_is_whole(folder):
    assert load_predictor(folder).predict(1) == "121 d"


def test_a_plan_that_is_cut_off_at_any_line_is_refused(folder):
    file = folder / PLAN_FILE
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) > 50
    for count in range(len(lines)):
        file.write_bytes(b"".join(lines[:count]))
        with pytest.raises(PlanError):
            read_plan(folder)


def test_a_plan_that_is_cut_off_within_a_line_is_refused(folder):
    file = folder / PLAN_FILE
    text = file.read_bytes().rstrip()
    for count in range(len(text)):
        file.write_bytes(text[:count])
        with pytest.raises(PlanError):
            read_plan(folder)


@pytest.mark.parametrize(
    "key",
    [
        *("format", "name", "input_name", "runner", "nodes", "artifacts", "parameters", "predict_params"),
        *("copy_mode", "parameter_types", "validators", "output_name"),
    ],
)
def test_a_plan_that_lacks_a_key_is_refused(folder, key):
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    del content[key]
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match=key):
        read_plan(folder)


def rename_input(content):
    content["input_name"] = "y"


def rename_output(content):
    content["output_name"] = "sum"


def turn_nodes_around(content):
    content["nodes"].reverse()


def drop_a_node(content):
    del content["nodes"][2]


def drop_an_artifact(content):
    del content["artifacts"]["second"]


def drop_a_parameter(content):
    del content["parameters"]["params:offset"]


def add_an_artifact(content):
    content["artifacts"]["third"] = {"location": "artifacts/third.pkl"}


def write_over_an_artifact(content):
    content["nodes"][2]["outputs"] = "second"


def write_twice(content):
    content["nodes"][3]["outputs"] = "sum"


def drop_the_function(content):
    del content["nodes"][0]["function"]


def add_a_pickle(content):
    content["nodes"][0]["pickle"] = "functions/0.pkl"


def pickle_from_elsewhere(content):
    content["nodes"][1]["pickle"] = "../../elsewhere.pkl"


def pickle_from_anywhere(content):
    content["nodes"][1]["pickle"] = "/tmp/elsewhere.pkl"


def artifact_is_the_folder(content):
    content["artifacts"]["second"]["location"] = "."


def open_what_is_no_parameter(content):
    content["predict_params"].append("second")


def copy_what_is_no_dataset(content):
    content["copy_mode"]["third"] = "assign"


def format_in_words(content):
    content["format"] = "2"


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (rename_input, "node 'shift' takes 'x', which is no artifact, no parameter, not the input"),
        (rename_output, "output_name is 'sum', and the output of its nodes is out"),
        (turn_nodes_around, "and no output of a node before it"),
        (drop_a_node, "node 'describe' takes 'sum'"),
        (drop_an_artifact, "node 'add' takes 'second'"),
        (drop_a_parameter, "node 'shift' takes 'params:offset'"),
        (add_an_artifact, "no node takes 'third'"),
        (write_over_an_artifact, "node 'add' writes over 'second'"),
        (write_twice, "node 'describe' writes over 'sum'"),
        (drop_the_function, "node 'shift' needs one of 'function' and 'pickle'"),
        (add_a_pickle, "node 'shift' needs one of 'function' and 'pickle'"),
        (pickle_from_elsewhere, "nodes.1.pickle: Value error, must lie in the model's folder"),
        (pickle_from_anywhere, "nodes.1.pickle: Value error, must lie in the model's folder"),
        (artifact_is_the_folder, "artifacts.second.location: Value error, must lie in the model's folder"),
        (open_what_is_no_parameter, "predict_params has 'second', which is no parameter"),
        (copy_what_is_no_dataset, "copy_mode has 'third', which is no dataset of its nodes"),
        (format_in_words, "format: Input should be a valid integer"),
    ],
)
def test_a_plan_whose_parts_do_not_fit_is_refused_with_the_place(folder, tamper, message):
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    tamper(content)
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match=message):
        read_plan(folder)


@pytest.mark.parametrize("text", ["format: 2020-13-45", "format: !!bool it", "format: !!int it", "[" * 5000])
def test_what_yaml_trips_over_is_refused(folder, text):
    (folder / PLAN_FILE).write_text(text)
    with pytest.raises(PlanError, match="is no valid YAML"):
        read_plan(folder)


def test_a_whole_plan_of_the_first_format_is_read(tmp_path):
    plan = {
        "format": 1,
        "name": "m",
        "input_name": "x@pandas",
        "output_name": "out",
        "nodes": [
            {"name": "n", "function": "tests.kedro_bind.model.nodes:add", "inputs": ["x@pandas", "a"], "outputs": "out"}
        ],
        "artifacts": {"a": {"location": "artifacts/a.pkl"}},
    }
    (tmp_path / PLAN_FILE).write_text(yaml.safe_dump(plan, sort_keys=False))
    read = read_plan(tmp_path)
    assert (read.parameters, read.copy_mode, read.predict_params) == ({}, {}, [])


# Parameters ----------------------------------------------------------------------------------------------


class Text(str):
    """Text of a type of its own."""

    __slots__ = ()


UTC = dt.timezone.utc
PLAIN = {
    "keys": {0: "a", True: "b", 1.5: "c", None: "d", dt.date(2026, 1, 2): "e"},
    "numbers": [math.inf, -math.inf, 1e16, 1e-7, 10**30, 0.1, True],
    "texts": ["1", "1.5", "true", "null", "2026-01-02", "é\n\x00", " # ", ""],
    "dates": [dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)],
    "bytes": b"\x00\xff",
    "set": {1, 2},
    "nested": {"a": [{"b": {3: [None, {}]}}, []]},
}


def build(tmp_path, value):
    place = tmp_path / "plan"
    place.mkdir()
    inference = Pipeline([node(nodes.add, ["x", "params:p"], "out", name="n")])
    return build_plan(resolved(inference, name="test"), DataCatalog({"params:p": MemoryDataset(value)}), place)


def types_of(value):
    if isinstance(value, dict):
        return [(type(key), types_of(each)) for key, each in value.items()]
    return [types_of(each) for each in value] if isinstance(value, list) else type(value)


def test_parameters_come_back_as_they_were(tmp_path):
    read = read_plan(build(tmp_path, PLAIN).folder).parameters["params:p"]
    assert read == PLAIN
    assert types_of(read) == types_of(PLAIN)


def test_not_a_number_comes_back_as_such(tmp_path):
    assert math.isnan(read_plan(build(tmp_path, {"a": [math.nan]}).folder).parameters["params:p"]["a"][0])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ((1, 2), "tuple"),
        ({"a": [{"b": (1, 2)}]}, "tuple"),
        ({(1, 2): "a"}, "tuple"),
        ([np.float64(0.5)], "numpy.float64"),
        ([np.int64(1)], "numpy.int64"),
        (frozenset({1}), "frozenset"),
        (1j, "complex"),
        (dt.time(1, 2), "datetime.time"),
        (Text("a"), "tests.kedro_bind.model.test_plan.Text"),
        (nodes.Kept(), "tests.kedro_bind.model.nodes.Kept"),
        (nodes.add, "function"),
        ("\ud800", "str"),
    ],
)
def test_a_parameter_that_would_change_is_refused_when_the_model_is_logged(tmp_path, value, kind):
    with pytest.raises(LoggingError) as caught:
        build(tmp_path, value)
    assert caught.value.message == (
        "the model's plan can't keep the parameter 'params:p' of the inference pipeline: it is, or has in it"
        f", a value of type '{kind}'; make it of plain values: text, numbers, dates, lists, mappings"
    )


def test_a_list_in_itself_is_refused(tmp_path):
    value = [1]
    value.append(value)
    with pytest.raises(LoggingError, match="of type 'list'"):
        build(tmp_path, value)


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.dates(), st.datetimes()
)
KEYS = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.dates())
VALUES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner), st.dictionaries(KEYS, inner), st.sets(KEYS)), max_leaves=10
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_plain_values_are_kept(value):
    refuse_changing("it", value)  # which tries it
