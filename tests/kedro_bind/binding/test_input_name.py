from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.binding.input_name import input_candidates, no_input_name

TRAINING = Pipeline([node(max, ["data", "params:depth"], "model@pickle", name="fit")])


def inference(*inputs):
    return Pipeline([node(max, list(inputs), "predictions", name="predict")])


def test_an_input_that_nothing_provides_is_a_candidate():
    names = input_candidates(TRAINING, inference("data", "model@json", "words", "params:x"), {"words": "data"})
    assert names == ["data"]


@pytest.mark.parametrize(
    ("inputs", "artifacts", "reason"),
    [
        (["data", "words"], {}, "training produces none of the inference inputs 'data' and 'words'"),
        (["model", "words"], {"words": "data"}, "provides all inference inputs: 'model' and 'words'"),
        (["params:x", "parameters"], {}, "all inputs of the inference pipeline are parameters"),
    ],
)
def test_the_finding_says_why_the_input_can_not_be_inferred(inputs, artifacts, reason):
    finding = no_input_name(TRAINING, inference(*inputs), artifacts)
    assert (finding.code, finding.path) == ("missing-key", ("input_name",))
    assert reason in finding.message
