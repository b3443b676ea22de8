"""Whether training produces the datasets of `model.metrics`."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.checks.metrics import metric_problems
from tests.bindings import resolved

TRAINING = Pipeline([node(max, ["x", "params:depth"], ["model", "scores@json"], name="fit")])
INFERENCE = Pipeline([node(max, ["x", "model"], "out", name="predict")])


def problems(*metrics):
    binding = resolved(INFERENCE, training=TRAINING, name="churn", log_model_kwargs={"metrics": list(metrics)})
    return [(problem.code, problem.path[2:], problem.message, problem.hint) for problem in metric_problems(binding)]


@pytest.mark.parametrize("metrics", [[], ["scores"], ["scores@pandas", "model"]])
def test_outputs_of_training_are_fine(metrics):
    assert [code for code, *_ in problems(*(metrics or ["scores"]))] == []


def test_what_training_does_not_produce_is_found():
    found = problems("score", "x", "params:depth")
    assert [(code, path) for code, path, *_ in found] == [
        ("unknown-dataset", ("metrics", 0)),
        ("unknown-dataset", ("metrics", 1)),
        ("unknown-dataset", ("metrics", 2)),
    ]
    assert found[0][3] == "did you mean 'scores'?"
    assert found[1][2:] == (
        "'x' is not an output of training, so training writes no metrics to it",
        "the outputs of training are model, scores",
    )
    assert "is a parameter" in found[2][2]


def test_a_dataset_is_listed_once():
    assert [(code, path) for code, path, *_ in problems("scores", "scores@json")] == [
        ("duplicate-metric", ("metrics", 1))
    ]
