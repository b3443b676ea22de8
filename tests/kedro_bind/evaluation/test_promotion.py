"""Whether a version is promoted, by scores on the same data as those of the holder."""

from __future__ import annotations

import json
import math

import pytest

from conf_schema import parse_condition
from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.data import EvaluationData
from kedro_bind.evaluation.promotion import Holders, evaluation_tags, judge_scores
from kedro_bind.evaluation.scores import Scores
from kedro_bind.tracking.datasets import DescribedData

DATA = EvaluationData("holdout", [1], DescribedData("holdout", "abc", "local", "{}"))


def holders(scores=None, **aliases):
    asked = []

    def score(version):
        asked.append(version)
        if isinstance(scores, Exception):
            raise scores
        return Scores(scores or {})

    return Holders(aliases, score), asked


def judged(condition, metrics, held=None, **aliases):
    conditions = [parse_condition(text) for text in ([condition] if isinstance(condition, str) else condition)]
    verdict = judge_scores(conditions, Scores(metrics), holders(held, **aliases)[0])
    return verdict.promoted, verdict.reason


@pytest.mark.parametrize(
    ("condition", "metrics", "held", "promoted", "reason"),
    [
        ("accuracy >= 0.8", {"accuracy": 0.8}, None, True, "accuracy is 0.8, >= 0.8"),
        ("accuracy >= 0.8", {"accuracy": 0.7}, None, False, "accuracy is 0.7, not >= 0.8"),
        ("accuracy >= 0.8", {"accuracy": math.nan}, None, False, "accuracy is nan, not >= 0.8"),
        ("accuracy >= 0.8", {"loss": 1.0}, None, False, "the evaluation has no metric 'accuracy' (it has loss)"),
        ("accuracy >= 0.8", {}, None, False, "the evaluation has no metric 'accuracy' (it has none)"),
        (
            "accuracy > champion",
            {"accuracy": 0.9},
            {"accuracy": 0.8},
            True,
            "accuracy is 0.9, > 0.8 of version 3, which is champion",
        ),
        (
            "accuracy > champion",
            {"accuracy": 0.9},
            {"loss": 0.8},
            False,
            "version 3, which is champion, has no metric 'accuracy' to compare with",
        ),
        (
            "accuracy > champion",
            {"accuracy": 0.9},
            EvaluationError("it does not load"),
            False,
            "version 3, which is champion, can't be evaluated: it does not load",
        ),
    ],
)
def test_a_condition_is_judged(condition, metrics, held, promoted, reason):
    assert judged(condition, metrics, held, champion="3") == (promoted, reason)


def test_the_first_version_is_promoted():
    assert judged("accuracy > champion", {"accuracy": 0.9}) == (
        True,
        "accuracy is 0.9, and no version is champion yet",
    )
    assert judged([], {}) == (True, "")


def test_all_conditions_have_to_hold():
    promoted, reason = judged(["a > 1", "b > 1", "c > 1"], {"a": 2.0, "b": 0.0, "c": 0.5})
    assert (promoted, reason) == (False, "b is 0.0, not > 1.0; c is 0.5, not > 1.0")


@pytest.mark.parametrize("scores", [{"accuracy": 0.8}, EvaluationError("it does not load")])
def test_a_version_is_scored_once(scores):
    found, asked = holders(scores, champion="3", live="3", other="4")
    assert found.of("champion") is found.of("live")
    assert asked == ["3"]


def test_tags_say_how_a_version_was_scored():
    found, _ = holders({"accuracy": 0.8}, champion="3", other="4")
    found.of("champion")
    tags = evaluation_tags(Scores({"accuracy": 0.9}), DATA, found)
    assert {key.removeprefix("kedro_bind.evaluation."): value for key, value in tags.items()} == {
        "data": "holdout",
        "digest": "abc",
        "metrics": '{"accuracy": 0.9}',
        "champion": '{"version": "3", "metrics": {"accuracy": 0.8}}',
    }
    assert "kedro_bind.evaluation.digest" not in evaluation_tags(Scores(), EvaluationData("holdout", [1], None))


def test_a_holder_that_can_not_be_scored_is_told_in_its_tag():
    found, _ = holders(EvaluationError("it does not load"), champion="3")
    found.of("champion")
    tag = evaluation_tags(Scores(), DATA, found)["kedro_bind.evaluation.champion"]
    assert json.loads(tag)["metrics"] == {"error": "it does not load"}
