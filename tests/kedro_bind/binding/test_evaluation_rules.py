"""What the graph alone says of an evaluation."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from conf_schema import Binding
from kedro_bind.binding.resolve import draft

TRAINING = Pipeline([node(max, ["data", "params:depth"], "model", name="fit")])
INFERENCE = Pipeline([node(max, ["data", "model"], "predictions", name="predict")])
SCORE = node(max, ["predictions", "labels"], "scores", name="score")


def found(*nodes, **options):
    values = {"training": {}, "inference": {}, "input_name": "data", "evaluation": options}
    pipeline = Pipeline(nodes)
    drafted = draft(Binding.model_validate(values), TRAINING, INFERENCE, name="churn", evaluation=pipeline)
    return [(finding.code, finding.path, finding.message) for finding in drafted.findings]


def test_an_evaluation_that_scores_predictions_is_valid():
    assert found(SCORE) == []
    assert found(SCORE, metrics=["scores"], input_name="holdout") == []


@pytest.mark.parametrize(
    ("nodes", "options", "code", "path", "message"),
    [
        ([node(len, "labels", "n")], {}, "bad-evaluation", ("evaluation",), "no node of the evaluation takes"),
        (
            [SCORE, node(max, ["data", "model"], "predictions", name="predict")],
            {},
            "bad-evaluation",
            ("evaluation",),
            "contains the node 'predict', which produces 'predictions' itself",
        ),
        (
            [SCORE, node(len, "scores", "model", name="again")],
            {},
            "bad-evaluation",
            ("evaluation",),
            "the node 'again' of the evaluation overwrites 'model', an artifact of the model",
        ),
        (
            [SCORE, node(len, "scores", "holdout@spark", name="again")],
            {"input_name": "holdout"},
            "bad-evaluation",
            ("evaluation",),
            "overwrites 'holdout@spark', what the model predicts",
        ),
        ([node(print, "predictions", None)], {}, "bad-evaluation", ("evaluation",), "has no output"),
        ([SCORE], {"metrics": ["score"]}, "unknown-dataset", ("evaluation", "metrics", 0), "is not an output"),
        ([SCORE], {"metrics": ["scores", "scores"]}, "duplicate-metric", ("evaluation", "metrics", 1), "logged twice"),
    ],
)
def test_a_rule_that_is_broken_is_found_at_its_key(nodes, options, code, path, message):
    ((found_code, found_path, found_message),) = found(*nodes, **options)
    assert (found_code, found_path) == (code, path)
    assert message in found_message
