"""The data and the parameters of an evaluation."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.binding.evaluation import Evaluation
from kedro_bind.checks.evaluation import (
    evaluation_input_problems,
    evaluation_parameter_problems,
    evaluation_problems,
)
from tests.bindings import resolved

TRAINING = Pipeline([node(max, ["x"], ["model", "features"], name="fit")])
INFERENCE = Pipeline([node(max, ["x", "model"], "out", name="predict")])
STORED = PickleDataset(filepath="data.pkl")


def bound(*inputs, **options):
    scoring = Pipeline([node(max, ["out", *inputs], "scores", name="score")])
    return resolved(INFERENCE, training=TRAINING, name="churn", evaluation=Evaluation(scoring, **options))


def problems(binding, **entries):
    catalog = DataCatalog(entries)
    found = [
        *evaluation_input_problems(binding, catalog),
        *evaluation_problems(binding, binding.evaluation, catalog),
    ]
    return [(problem.code, problem.path[1:], problem.message, problem.hint) for problem in found]


def test_stored_data_can_be_scored():
    assert problems(bound("labels"), x=STORED, labels=STORED) == []
    assert problems(bound("labels", input_name="holdout"), holdout=STORED, labels=STORED) == []


def test_data_without_an_entry_is_found():
    assert problems(bound("labels"), x=STORED, label=STORED) == [
        (
            "not-in-catalog",
            ("evaluation",),
            "there is no catalog entry 'labels', which the evaluation needs (node score)",
            "did you mean 'label'?",
        )
    ]
    ((code, path, message, _),) = problems(bound(input_name="holdout"))
    assert (code, path) == ("not-in-catalog", ("evaluation", "input_name"))
    assert message == "there is no catalog entry 'holdout', which the model predicts"


def test_data_that_is_gone_after_the_run_is_found():
    ((_, _, message, hint),) = problems(bound("features"), x=STORED)
    assert message.endswith("; node 'fit' of training produces it, and it is gone after the run")
    assert hint == "add an entry for it, such as a pickle.PickleDataset"
    ((code, *_),) = problems(bound("features"), x=STORED, features=MemoryDataset())
    assert code == "not-persisted"


@pytest.mark.parametrize(("dataset", "user"), [("labels", "needs (node score)"), ("scores", "writes")])
def test_an_entry_that_is_invalid_is_found(dataset, user):
    stored = {"type": "pickle.PickleDataset", "filepath": "data.pkl"}
    catalog = DataCatalog.from_config({"x": stored, "labels": stored, dataset: {"type": "gone.Dataset"}})
    binding = bound("labels")
    (problem,) = evaluation_problems(binding, binding.evaluation, catalog)
    assert problem.code == "bad-catalog-entry"
    assert f"the catalog entry '{dataset}', which the evaluation {user}, is invalid: " in problem.message


def test_a_parameter_has_a_value():
    binding = bound("params:at")
    catalog = DataCatalog({"x": STORED})
    (problem,) = evaluation_parameter_problems(binding, binding.evaluation, catalog)
    assert (problem.code, problem.path) == ("unknown-parameter", ("churn", "evaluation"))
    catalog["params:at"] = 3
    assert list(evaluation_parameter_problems(binding, binding.evaluation, catalog)) == []
