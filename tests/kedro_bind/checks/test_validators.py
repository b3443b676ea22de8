"""The validators that a catalog declares."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.validators import validator_code, validator_problems
from tests.bindings import resolved

pytestmark = pytest.mark.needs(kedro="1.7")

TRAINING = Pipeline([node(max, ["x", "labels"], "model", name="fit")])
INFERENCE = Pipeline([node(max, ["x", "model"], "out", name="predict")])
VALID = "tests.kedro_bind.model.schemas.positive"


def positive(data):
    return data


def found(dataset, validator, **options):
    catalog = DataCatalog.from_config(
        {dataset: {"type": "pickle.PickleDataset", "filepath": "data.pkl", "validator": validator}}
    )
    binding = resolved(INFERENCE, training=TRAINING, name="churn", log_model_kwargs=options)
    problems = validator_problems(binding, catalog)
    return [(problem.code, problem.path[1], problem.message) for problem in problems], list(
        validator_code(binding, catalog)
    )


def test_a_validator_that_can_be_made_is_fine():
    problems, code = found("x", f"{__name__}.positive")
    assert problems == []
    assert code == [("the validator of 'x'", __name__)]
    assert found("labels", f"{__name__}.positive") == ([], [])
    assert found("x", f"{__name__}.positive", validators=False) == ([], [])


def test_a_validator_must_not_bring_credentials_into_the_model():
    validator = {"class": VALID, "options": {"service": {"password": "hunter2hunter2"}}}
    problems, _ = found("x", validator)
    assert problems[0][:2] == ("credentials-in-catalog", "inference")
    assert "credentials-in-catalog" not in [code for code, _, _ in found("x", validator, validators=False)[0]]


@pytest.mark.parametrize(("dataset", "part"), [("x", "inference"), ("labels", "training")])
def test_a_validator_that_can_not_be_made_is_found(dataset, part):
    problems, _ = found(dataset, f"{__name__}.gone")
    assert [(code, where) for code, where, _ in problems] == [("bad-validator", part)]
    assert f"the validator {__name__}.gone of '{dataset}' can't be used: " in problems[0][2]
