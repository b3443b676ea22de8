"""The columns that a text takes in a terminal."""

from __future__ import annotations

import pytest

from kedro_bind.render.columns import columns_of


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("客户", 4), ("e\u0301", 1), ("é", 1)])
def test_wide_characters_take_two_and_combining_ones_none(text, columns):
    assert columns_of(text) == columns
