"""Decide by metrics whether a new version of the registered model gets its aliases: `model.promote_if`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.tracking.metrics import metrics_of_version

if TYPE_CHECKING:
    from conf_schema import Condition

__all__ = ["Judge", "Verdict", "all_of", "compared", "judge"]


@dataclass(frozen=True)
class Verdict:
    """Whether a version is promoted, and why; without conditions, there is no reason. `tags` are for the version."""

    promoted: bool = True
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


Judge = Callable[[str, Mapping[str, str]], Verdict]
"""Judges a version before it is registered, by the name of the registered model and the holders of its aliases."""


def judge(
    conditions: Sequence[Condition],
    client: Any,
    metrics: Mapping[str, float],
    run_id: str,
    name: str,
    aliases: Mapping[str, str],
) -> Verdict:
    """Judge the metrics of a model, which a run has logged, by conditions, all of which have to be met.

    `aliases` maps the aliases of the registered model `name` to versions.
    """
    if not conditions:
        return Verdict()
    return all_of([_judged(condition, client, metrics, run_id, name, aliases) for condition in conditions])


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Join the verdicts on several conditions, all of which have to hold."""
    failed = [verdict.reason for verdict in verdicts if not verdict.promoted]
    return Verdict(not failed, "; ".join(failed or [verdict.reason for verdict in verdicts]))


def _judged(
    condition: Condition, client: Any, metrics: Mapping[str, float], run_id: str, name: str, aliases: Mapping[str, str]
) -> Verdict:
    value = metrics.get(condition.metric)
    if value is None:
        existing = f"it has {', '.join(sorted(metrics))}" if metrics else "it has none"
        return Verdict(False, f"the MLflow run has no metric '{condition.metric}' ({existing})")
    if condition.number is not None:
        return compared(condition, value, condition.number, "")
    alias = str(condition.alias)
    if alias not in aliases:
        return Verdict(True, f"{condition.metric} is {value!r}, and no version is {alias} yet")
    version = aliases[alias]
    holder = client.get_model_version(name, version)
    if holder.run_id == run_id:
        return Verdict(True, f"version {version}, which is {alias}, comes from this same MLflow run")
    bound = metrics_of_version(client, holder).get(condition.metric)
    if bound is None:
        return Verdict(
            False, f"version {version}, which is {alias}, has no metric '{condition.metric}' to compare with"
        )
    return compared(condition, value, bound, f" of version {version}, which is {alias}")


def compared(condition: Condition, value: float, bound: float, whose: str) -> Verdict:
    """Compare a metric with its bound; `whose` says what the bound is of."""
    holds = condition.holds(value, bound)
    word = condition.comparison if holds else f"not {condition.comparison}"
    return Verdict(holds, f"{condition.metric} is {value!r}, {word} {bound!r}{whose}")
