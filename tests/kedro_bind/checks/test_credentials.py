"""Credentials among the arguments of a binding."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import RunnerSpec
from kedro_bind.checks.credentials import credentials_in_arguments
from kedro_bind.checks.model_code import function_problems
from kedro_bind.redaction import Redaction, redacting
from tests.bindings import resolved


def binding(function=len, **options):
    return resolved(Pipeline([node(function, "x", "out", name="predict")]), name="churn", **options)


@pytest.mark.parametrize(
    ("options", "path", "keys"),
    [
        (
            {"kpm_kwargs": {"runner": RunnerSpec(type="shop.Runner", api_key="x", depth=3)}},
            ("churn", "runner", "api_key"),
            "(api_key)",
        ),
        (
            {"kpm_kwargs": {"runner": RunnerSpec(type="shop.Runner", note={"a": "known-Token-4411"})}},
            ("churn", "runner", "note"),
            "(note.a)",
        ),
        (
            {"log_model_kwargs": {"model_config": {"token": "x"}, "params": {"api_key": "x"}}},
            ("churn", "model", "model_config"),
            "(model_config.token)",
        ),
    ],
)
def test_credentials_in_an_argument_are_a_problem(options, path, keys):
    with redacting(Redaction(lambda: ["known-Token-4411"])):
        (problem,) = credentials_in_arguments(binding(**options))
    assert (problem.code, problem.severity.value, problem.path) == ("credentials-captured", "error", path)
    assert keys in problem.message
    assert "environment variables" in problem.text


def test_other_arguments_are_no_problem():
    runner = RunnerSpec(type="ThreadRunner", max_workers=2)
    options = {"model_config": {"depth": 3}, "params": {"api_key": "x"}, "model_type": "regressor"}
    assert list(credentials_in_arguments(binding(kpm_kwargs={"runner": runner}, log_model_kwargs=options))) == []


def test_credentials_in_the_pickle_of_a_function_are_a_problem():
    key = "known-Token-4411"
    with redacting(Redaction(lambda: [key])):
        (problem,) = function_problems(binding(lambda x: [x, key]))
    assert (problem.code, problem.severity.value) == ("credentials-captured", "error")
    assert "its pickle contains credentials" in problem.message
