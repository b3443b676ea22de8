from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_bind.names import bare, flat, folder_name, is_in, namesake


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("scaler", "scaler"),
        ("a.b@pickle", "a.b@pickle"),
        ("a:b/c", "a_b_c"),
        ("..", "_"),
        ("", "_"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_short_name_stays_apart_from_forbidden_characters(name, folder):
    assert folder_name(name) == folder


def test_long_names_stay_apart_and_can_be_recognized():
    one, other = folder_name("x" * 300), folder_name("x" * 301)
    assert one != other
    assert one.startswith("x" * 80)


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_every_name_becomes_the_name_of_a_single_folder(tmp_path_factory, name):
    folder = tmp_path_factory.getbasetemp() / folder_name(name)
    folder.mkdir(exist_ok=True)
    assert folder.parent == tmp_path_factory.getbasetemp()


@pytest.mark.parametrize(("names", "listed"), [(None, []), ("a", ["a"]), (["a", "b"], ["a", "b"]), ({"x": "a"}, ["a"])])
def test_the_inputs_of_a_node_are_listed_in_order(names, listed):
    assert flat(names) == listed


def test_a_bare_name_has_no_transcoding():
    assert [bare("data@pandas"), bare("data")] == ["data", "data"]


@pytest.mark.parametrize(
    ("key", "parameter", "found"),
    [
        ("model", "params:model", True),
        ("model.depth", "params:model", True),
        ("model", "params:model.depth", False),
        ("models", "params:model", False),
        ("anything", "parameters", True),
    ],
)
def test_a_key_belongs_to_its_parameter_and_to_those_above(key, parameter, found):
    assert is_in(key, parameter) is found


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (["companies", "shuttles"], "companies"),
        (["training.companies"], "training.companies"),
        (["training.companies", "companies"], "companies"),
        (["a.companies", "b.companies"], None),
        (["inference.companies"], None),
        (["shuttles"], None),
    ],
)
def test_a_namesake_differs_only_in_its_namespace(known, found):
    assert namesake("inference.companies", known) == found
