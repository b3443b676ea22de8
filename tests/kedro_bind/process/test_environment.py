"""Environment variables that several runs set at once."""

from __future__ import annotations

import os

import pytest

from kedro_bind.process.environment import set_variable, variable_of_others

NAME = "KEDRO_BIND_TEST_VARIABLE"


@pytest.fixture(autouse=True)
def _unset(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)


@pytest.mark.parametrize("before", [None, "theirs"])
def test_the_last_holder_restores_the_value_from_before_the_first(monkeypatch, before):
    if before is not None:
        monkeypatch.setenv(NAME, before)
    first, second = set_variable(NAME, "one"), set_variable(NAME, "one")
    assert variable_of_others(NAME) == before
    first()
    assert os.environ[NAME] == "one"
    second()
    assert os.environ.get(NAME) == before


def test_a_value_of_other_code_stays(monkeypatch):
    restore = set_variable(NAME, "ours")
    monkeypatch.setenv(NAME, "theirs")
    restore()
    assert os.environ[NAME] == "theirs"
    set_variable(NAME, "ours", override=False)()
    assert os.environ[NAME] == "theirs"
