"""The parameters of a binding."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.parameters import (
    missing_parameters,
    open_parameters,
    secret_parameters,
    signature_parameter_problems,
)
from tests.bindings import resolved

TRAINING = Pipeline([node(max, ["x", "params:depth"], "model", name="fit")])


def binding(*parameters, **options):
    inference = Pipeline([node(max, ["x", "model", *parameters], "out", name="predict")])
    return resolved(inference, training=TRAINING, name="churn", log_model_kwargs=options)


def catalog(**parameters):
    made = DataCatalog()
    for name, value in parameters.items():
        made[f"params:{name}"] = value
    return made


def test_a_parameter_has_a_value():
    values = catalog(depth=3, threshold=0.5)
    assert list(missing_parameters("inference", binding("params:threshold"), values, [])) == []
    (problem,) = missing_parameters("inference", binding("params:treshold"), values, [])
    assert problem.message == "inference needs 'params:treshold' (node predict), which does not exist"
    assert problem.hint == "did you mean 'params:threshold'?"
    (problem,) = missing_parameters("training", binding(), catalog(), [])
    assert (problem.path, problem.hint) == (("churn", "training"), "add it to parameters.yml")


def test_a_parameter_without_its_namespace_is_suggested():
    (problem,) = missing_parameters("inference", binding("params:serving.threshold"), catalog(threshold=0.5), [])
    assert problem.hint.startswith("add it to parameters.yml, or map it to 'params:threshold'")


def test_a_secret_must_not_become_part_of_the_model():
    values = catalog(depth=3, service={"url": "x", "password": "hunter2hunter2"}, threshold=1)
    (problem,) = secret_parameters(binding("params:service", "params:threshold", "params:gone"), values)
    assert problem.code == "credentials-captured"
    assert "'params:service' contains credentials (service.password)" in problem.message
    assert "hunter2" not in problem.message


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"predict_params": "all"}, ("inference",)),
        ({"predict_params": ["threshold", "when"]}, ("model", "predict_params", 1)),
        ({"predict_params": ["threshold"]}, None),
        ({"predict_params": "none"}, None),
        ({"predict_params": "all", "signature": "none"}, None),
    ],
)
def test_a_parameter_that_a_caller_sets_has_a_type_of_mlflow(options, path):
    values = catalog(depth=3, threshold=0.5, when=[1, "a"])
    found = list(signature_parameter_problems(binding("params:threshold", "params:when", **options), values, []))
    assert [(problem.code, problem.path[1:]) for problem in found] == (
        [] if path is None else [("bad-parameter", path)]
    )


def test_what_training_used_is_better_left_closed():
    (problem,) = open_parameters(binding("params:depth", "params:threshold", predict_params="all"))
    assert problem.message == (
        "training uses 'params:depth' too, so a caller could set it to a value that the model was not trained with"
    )
    assert problem.hint.endswith("such as '[params:threshold]'")
    (problem,) = open_parameters(binding("params:depth", predict_params="all"))
    assert problem.hint.startswith("set 'model.predict_params' to 'none'")


@pytest.mark.parametrize("options", [{"predict_params": ["depth"]}, {"predict_params": "none"}])
def test_what_is_listed_is_a_decision(options):
    assert list(open_parameters(binding("params:depth", **options))) == []
    assert list(open_parameters(binding("params:threshold", predict_params="all"))) == []
