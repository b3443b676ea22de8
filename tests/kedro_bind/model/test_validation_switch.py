"""Kedro's switch for validators."""

from __future__ import annotations

import pytest

from kedro_bind.model.validation_switch import switched_off


@pytest.mark.parametrize(
    ("value", "expected"), [("", False), ("1", False), ("0", True), (" False ", True), ("off", True)]
)
def test_the_variable_switches_validators_off(monkeypatch, value, expected):
    monkeypatch.setenv("KEDRO_DATASET_VALIDATION", value)
    assert switched_off() is expected


def test_validators_run_without_the_variable(monkeypatch):
    monkeypatch.delenv("KEDRO_DATASET_VALIDATION", raising=False)
    assert not switched_off()
