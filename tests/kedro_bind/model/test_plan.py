"""A plan is read exactly as it was written, or rejected."""

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
from kedro_bind.model.plan import PlanError
from kedro_bind.model.plan_file import PLAN_FILE, read_plan, write_plan
from kedro_bind.model.runtime import load_predictor
from kedro_bind.packaging.build import build_plan
from kedro_bind.packaging.plain_values import require_plain
from tests.bindings import resolved
from tests.kedro_bind.model import nodes


@pytest.fixture
def folder(tmp_path):
    """A plan with content in every part: a pickled function, artifacts, parameters, a runner."""
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
    write_plan(built.plan, folder)
    return folder


def test_the_plan_of_the_fixture_is_valid(folder):
    assert load_predictor(folder).predict(1) == "121 d"


def test_a_plan_truncated_at_any_line_is_rejected(folder):
    file = folder / PLAN_FILE
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) > 50
    for count in range(len(lines)):
        file.write_bytes(b"".join(lines[:count]))
        with pytest.raises(PlanError):
            read_plan(folder)


def test_a_plan_truncated_within_a_line_is_rejected(folder):
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
def test_a_plan_that_lacks_a_key_is_rejected(folder, key):
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    del content[key]
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match=key):
        read_plan(folder)


def rename_input(content):
    content["input_name"] = "y"


def rename_output(content):
    content["output_name"] = "sum"


def reverse_the_nodes(content):
    content["nodes"].reverse()


def drop_a_node(content):
    del content["nodes"][2]


def drop_an_artifact(content):
    del content["artifacts"]["second"]


def drop_a_parameter(content):
    del content["parameters"]["params:offset"]


def add_an_artifact(content):
    content["artifacts"]["third"] = {"location": "artifacts/third.pkl"}


def overwrite_an_artifact(content):
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


def expose_a_name_that_is_not_a_parameter(content):
    content["predict_params"].append("second")


def copy_a_name_that_is_not_a_dataset(content):
    content["copy_mode"]["third"] = "assign"


def format_as_text(content):
    content["format"] = "2"


@pytest.mark.parametrize(
    ("tamper", "message"),
    [
        (
            rename_input,
            "node 'shift' takes 'x', which is not an artifact, a parameter, the input or an output",
        ),
        (rename_output, "output_name is 'sum', and its nodes have the output out"),
        (reverse_the_nodes, "node 'describe' takes 'sum', which is not .* or an output of an earlier node"),
        (drop_a_node, "node 'describe' takes 'sum'"),
        (drop_an_artifact, "node 'add' takes 'second'"),
        (drop_a_parameter, "node 'shift' takes 'params:offset'"),
        (add_an_artifact, "no node takes 'third'"),
        (overwrite_an_artifact, "node 'add' overwrites 'second'"),
        (write_twice, "node 'describe' overwrites 'sum'"),
        (drop_the_function, "node 'shift' needs one of 'function' and 'pickle'"),
        (add_a_pickle, "node 'shift' needs one of 'function' and 'pickle'"),
        (pickle_from_elsewhere, "nodes.1.pickle: Value error, must be inside the model's folder"),
        (pickle_from_anywhere, "nodes.1.pickle: Value error, must be inside the model's folder"),
        (artifact_is_the_folder, "artifacts.second.location: Value error, must be inside the model's folder"),
        (expose_a_name_that_is_not_a_parameter, "predict_params has 'second', which is not a parameter"),
        (copy_a_name_that_is_not_a_dataset, "copy_mode has 'third', which is not a dataset of its nodes"),
        (format_as_text, "format: Input should be a valid integer"),
    ],
)
def test_a_plan_whose_parts_do_not_fit_is_rejected_with_the_place(folder, tamper, message):
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    tamper(content)
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match=message):
        read_plan(folder)


@pytest.mark.parametrize("text", ["format: 2020-13-45", "format: !!bool it", "format: !!int it", "[" * 5000])
def test_invalid_yaml_is_rejected(folder, text):
    (folder / PLAN_FILE).write_text(text)
    with pytest.raises(PlanError, match="is not valid YAML"):
        read_plan(folder)


def test_a_plan_of_the_first_format_is_read(tmp_path):
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
    """Text of a subclass."""

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
        return [(type(key), types_of(member)) for key, member in value.items()]
    return [types_of(member) for member in value] if isinstance(value, list) else type(value)


def test_parameters_are_read_as_they_were_written(tmp_path):
    read = read_plan(build(tmp_path, PLAIN).folder).parameters["params:p"]
    assert read == PLAIN
    assert types_of(read) == types_of(PLAIN)


def test_not_a_number_is_read_as_such(tmp_path):
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
def test_a_parameter_that_yaml_would_change_is_rejected_when_the_model_is_logged(tmp_path, value, kind):
    with pytest.raises(LoggingError) as caught:
        build(tmp_path, value)
    assert caught.value.message == (
        "the model's plan can't keep the parameter 'params:p' of the inference pipeline: it is, or contains, a "
        f"value of type '{kind}'; use plain values: text, numbers, dates, lists, mappings"
    )


def test_a_list_that_contains_itself_is_rejected(tmp_path):
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
    require_plain("it", value)  # writes and reads it
