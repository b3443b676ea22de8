from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_bind.folder_names import folder_name


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
def test_a_short_name_stays_as_far_as_a_folder_can_have_it(name, folder):
    assert folder_name(name) == folder


def test_long_names_stay_apart_and_can_be_recognized():
    one, other = folder_name("x" * 300), folder_name("x" * 301)
    assert one != other
    assert one.startswith("x" * 80)


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_every_name_becomes_that_of_one_folder(tmp_path_factory, name):
    folder = tmp_path_factory.getbasetemp() / folder_name(name)
    folder.mkdir(exist_ok=True)
    assert folder.parent == tmp_path_factory.getbasetemp()
