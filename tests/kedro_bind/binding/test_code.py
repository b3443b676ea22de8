"""Bindings that are made in Python."""

from __future__ import annotations

import inspect
import re
from collections import OrderedDict
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner, ThreadRunner
from mlflow.models import infer_signature

from conf_schema import RunnerSpec
from kedro_bind.binding.code import PASSED_ON, declared_in_code
from kedro_bind.binding.evaluation import Evaluation
from kedro_bind.errors import BindingError

SCORING = Pipeline([node(len, "out", "count", name="count")])


def model(**options):
    return declared_in_code("x", log_model_kwargs=options)[0].model


def test_arguments_are_those_of_a_document():
    binding, code = declared_in_code(
        "x",
        kpm_kwargs={"runner": "ThreadRunner", "copy_mode": {"a": "copy"}},
        log_model_kwargs={"registered_model_name": "churn", "aliases": ["champion"], "tags": {"team": 7}},
        artifacts=OrderedDict(a="b"),
        training_input_name="y",
        evaluation=Evaluation(SCORING, "holdout", "count"),
    )
    assert (binding.input_name, binding.training.input_name, binding.artifacts) == ("x", "y", {"a": "b"})
    assert (binding.runner.type, binding.copy_mode) == ("ThreadRunner", {"a": "copy"})
    assert (binding.model.registered_model_name, binding.model.tags) == ("churn", {"team": "7"})
    assert (binding.evaluation.input_name, binding.evaluation.metrics) == ("holdout", ("count",))
    assert code.model == {"more": {}}


@pytest.mark.parametrize(
    ("runner", "spec"),
    [
        (ThreadRunner(max_workers=2), RunnerSpec(type="ThreadRunner", max_workers=2)),
        (SequentialRunner(), RunnerSpec(type="SequentialRunner")),
        (RunnerSpec(type="shop.Runner"), RunnerSpec(type="shop.Runner")),
        (None, RunnerSpec()),
    ],
)
def test_a_runner_may_be_an_object(runner, spec):
    assert declared_in_code(kpm_kwargs={"runner": runner})[0].runner == spec


def test_a_dataset_may_have_no_copy_mode():
    binding, code = declared_in_code(kpm_kwargs={"copy_mode": {"a": None, "b": "copy"}})
    assert (binding.copy_mode, code.without_copy_mode) == ({"b": "copy"}, ("a",))
    assert declared_in_code(kpm_kwargs={"copy_mode": None})[0].copy_mode == {}


def test_none_means_what_it_means_to_mlflow():
    options = model(
        signature=None, input_example=None, code_paths=None, registered_model_name="m", await_registration_for=None
    )
    assert (options.signature, options.input_example, options.code_paths) == ("none", "none", "none")
    assert options.await_registration_for == 0
    assert model(registered_model_name=None) == model()


def test_paths_may_be_objects():
    options = model(code_paths=[Path("src"), "more"], pip_requirements=Path("requirements.txt"), conda_env=None)
    assert options.code_paths == ("src", "more")
    assert options.pip_requirements == ("-r requirements.txt",)


def test_objects_of_mlflow_are_kept_beside_the_binding():
    signature, example = infer_signature(pd.DataFrame({"a": [1.0]})), pd.DataFrame({"a": [1.0]})
    _, code = declared_in_code(log_model_kwargs={"signature": signature, "input_example": example, "step": 3})
    assert code.model == {"signature": signature, "input_example": example, "more": {"step": 3}}


def test_arguments_that_are_passed_on_may_be_none():
    nothing = dict.fromkeys(PASSED_ON)
    assert declared_in_code(log_model_kwargs=nothing)[1].model == {"more": nothing}


def test_artifact_path_is_the_name_in_mlflow_2():
    assert model(artifact_path="churn") == model(name="churn")
    with pytest.raises(BindingError, match="both 'name' and 'artifact_path'"):
        model(artifact_path="churn", name="churn")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"log_model_kwargs": {"python_model": 1}}, "can't have the key 'python_model': kedro_bind creates the model"),
        ({"log_model_kwargs": {"pip_requirement": []}}, "no key 'pip_requirement' in log_model_kwargs; did you mean"),
        ({"log_model_kwargs": ["name"]}, "log_model_kwargs is of type list; it must be a mapping"),
        ({"kpm_kwargs": {"x": 1}}, "there is no key 'x' in kpm_kwargs; valid keys are runner, copy_mode"),
        ({"kpm_kwargs": {"runner": ThreadRunner}}, "'runner' is the class ThreadRunner; it must be a Kedro runner"),
        ({"kpm_kwargs": {"runner": 3}}, "'runner' is of type int; it must be a Kedro runner"),
        ({"kpm_kwargs": {"copy_mode": "shallow"}}, "'copy_mode' is 'shallow'"),
        (
            {"log_model_kwargs": {"signature": {"inputs": []}}},
            "'signature' is of type dict; it must be a ModelSignature",
        ),
        ({"log_model_kwargs": {"resources": [], "auth_policy": 1}}, "takes only one of 'resources' and 'auth_policy'"),
        ({"log_model_kwargs": {"aliases": [3]}}, "must be a string"),
        ({"log_model_kwargs": {"params": 3}}, "'params' is of type int; it must be a mapping"),
        ({"log_model_kwargs": {"model_config": 3}}, "'model_config' is of type int; it must be a mapping, or the path"),
        ({"log_model_kwargs": {"resources": 5}}, "'resources' is of type int; it must be a list of resources"),
        ({"log_model_kwargs": {"auth_policy": "me"}}, "'auth_policy' is of type str; it must be an AuthPolicy"),
    ],
)
def test_an_argument_that_is_invalid_is_named(arguments, message):
    with pytest.raises(BindingError) as raised:
        declared_in_code("x", **arguments)
    assert message in str(raised.value)


@pytest.mark.parametrize("argument", inspect.signature(mlflow.pyfunc.log_model).parameters)
def test_every_argument_of_log_model_is_known(argument):
    assert "there is no key" not in refusal(**{argument: object()})


def test_the_page_on_migrating_names_what_is_refused_and_what_is_passed_on():
    page = (Path(__file__).parents[3] / "docs/migrating-from-kedro-mlflow.md").read_text(encoding="utf-8")
    section = page.partition("## Arguments of log_model")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|", section, flags=re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", " ".join(rows)))
    arguments = {*inspect.signature(mlflow.pyfunc.log_model).parameters, *named}  # MLflow 3.1 lacks some of them
    assert named == {name for name in arguments if "can't have the key" in refusal(**{name: object()})}
    passed_on = section.partition("same names. ")[2].partition(" are passed on")[0]
    assert tuple(re.findall(r"`(\w+)`", passed_on)) == PASSED_ON


def refusal(**options):
    try:
        model(**options)
    except BindingError as error:
        return str(error)
    return ""
