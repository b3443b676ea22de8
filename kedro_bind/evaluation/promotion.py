"""Whether a version is promoted: `model.promote_if`, judged by scores on the same data as those of the holder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kedro_bind.errors import EvaluationError
from kedro_bind.tracking.promotion import Verdict, all_of, compared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conf_schema import Condition
    from kedro_bind.evaluation.data import EvaluationData
    from kedro_bind.evaluation.scores import Scores

__all__ = ["Holders", "evaluation_tags", "judge_scores"]


class Holders:
    """The versions that hold aliases, each scored once, when a condition asks for it."""

    def __init__(self, aliases: Mapping[str, str], score: Callable[[str], Scores]) -> None:
        self.aliases, self._score = aliases, score
        self.scores: dict[str, Scores | EvaluationError] = {}

    def of(self, alias: str) -> Scores | EvaluationError:
        """Return the scores of the version that holds an alias, or why it has none."""
        version = self.aliases[alias]
        if version not in self.scores:
            try:
                self.scores[version] = self._score(version)
            except EvaluationError as error:
                self.scores[version] = error
        return self.scores[version]


def judge_scores(conditions: Iterable[Condition], scores: Scores, holders: Holders) -> Verdict:
    """Compare scores with what the conditions ask, all of which have to hold."""
    verdicts = [_judged(condition, scores, holders) for condition in conditions]
    return all_of(verdicts) if verdicts else Verdict()


def evaluation_tags(scores: Scores, data: EvaluationData, holders: Holders | None = None) -> dict[str, str]:
    """Return the tags of a version that say how it was scored, on which data, and how the holders of aliases were."""
    tags = {
        "kedro_bind.evaluation.data": data.name,
        "kedro_bind.evaluation.digest": data.described.digest if data.described else "",
        "kedro_bind.evaluation.metrics": json.dumps(dict(scores.metrics)),
    }
    for alias, version in holders.aliases.items() if holders else ():
        found = holders.scores.get(version) if holders else None
        if found is not None:
            result = {"error": found.message} if isinstance(found, EvaluationError) else dict(found.metrics)
            tags[f"kedro_bind.evaluation.{alias}"] = json.dumps({"version": version, "metrics": result})
    return {key: value for key, value in tags.items() if value}


def _judged(condition: Condition, scores: Scores, holders: Holders) -> Verdict:
    value = scores.metrics.get(condition.metric)
    if value is None:
        known = f"it has {', '.join(sorted(scores.metrics))}" if scores.metrics else "it has none"
        return Verdict(False, f"the evaluation has no metric '{condition.metric}' ({known})")
    if condition.number is not None:
        return compared(condition, value, condition.number, "")
    alias = str(condition.alias)
    if alias not in holders.aliases:
        return Verdict(True, f"{condition.metric} is {value!r}, and no version is {alias} yet")
    who = f"version {holders.aliases[alias]}, which is {alias}"
    holder = holders.of(alias)
    if isinstance(holder, EvaluationError):
        return Verdict(False, f"{who}, can't be evaluated: {holder.message}")
    bound = holder.metrics.get(condition.metric)
    if bound is None:
        return Verdict(False, f"{who}, has no metric '{condition.metric}' to compare with")
    return compared(condition, value, bound, f" of {who}")
