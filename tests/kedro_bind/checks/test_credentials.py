"""Credentials among the arguments of a binding."""

from __future__ import annotations

from collections import UserDict

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import RunnerSpec
from kedro_bind.checks.credentials import credentials_in_options, credentials_in_runner
from kedro_bind.checks.model_code import function_problems
from kedro_bind.redaction import Redaction, redacting
from tests.bindings import resolved


def binding(function=len, **options):
    return resolved(Pipeline([node(function, "x", "out", name="predict")]), name="churn", **options)


def found_in(made):
    return [*credentials_in_runner(made), *credentials_in_options(made)]


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
        (problem,) = found_in(binding(**options))
    assert (problem.code, problem.severity.value, problem.path) == ("credentials-captured", "error", path)
    assert keys in problem.message
    assert "environment variables" in problem.text


def test_other_arguments_are_no_problem():
    runner = RunnerSpec(type="ThreadRunner", max_workers=2)
    options = {"model_config": {"depth": 3}, "params": {"api_key": "x"}, "model_type": "regressor"}
    assert found_in(binding(kpm_kwargs={"runner": runner}, log_model_kwargs=options)) == []


@pytest.mark.parametrize("content", ["a: 2024-13-45", "a: !!int x", "[" * 3000, "- [", "\0"])
def test_a_model_config_that_can_not_be_read_is_left_to_mlflow(tmp_path, content):
    (tmp_path / "config.yml").write_text(content)
    assert found_in(binding(log_model_kwargs={"model_config": str(tmp_path / "config.yml")})) == []


def test_a_mapping_of_another_type_is_looked_into():
    (problem,) = found_in(binding(log_model_kwargs={"model_config": UserDict(server=UserDict(password="hunter22"))}))
    assert "(model_config.server.password)" in problem.message


def test_credentials_in_the_pickle_of_a_function_are_a_problem():
    key = "known-Token-4411"
    with redacting(Redaction(lambda: [key])):
        (problem,) = function_problems(binding(lambda x: [x, key]))
    assert (problem.code, problem.severity.value) == ("credentials-captured", "error")
    assert "its pickle contains credentials" in problem.message
