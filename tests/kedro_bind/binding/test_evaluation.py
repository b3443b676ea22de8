"""Which nodes score a model."""

from __future__ import annotations

from kedro.pipeline import Pipeline, node

from kedro_bind.binding.evaluation import Evaluation

SCORE = node(max, ["out", "labels", "params:at"], "metrics", name="score")


def test_two_evaluations_of_the_same_nodes_are_equal():
    one, other = (Evaluation(Pipeline([SCORE]), "holdout", metrics) for metrics in (["a"], ("a",)))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Evaluation(Pipeline([SCORE]), "holdout")
    assert one != Evaluation(Pipeline([]), "holdout", ["a"])
    assert one != "evaluation"


def test_its_data_is_neither_predictions_nor_parameters():
    assert Evaluation(Pipeline([SCORE])).data_inputs("out") == ["labels"]
