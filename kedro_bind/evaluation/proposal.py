"""A promotion that a person decides: the figures of a version and of the holder of the alias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.models import Evaluator
from kedro_bind.evaluation.promotion import Holders, evaluation_tags, judge_scores
from kedro_bind.evaluation.table import ScoreRow, ScoreTable
from kedro_bind.tracking.metrics import metrics_of_version
from kedro_bind.tracking.promotion import Verdict
from kedro_bind.tracking.promotion import judge as judge_by_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow import MlflowClient

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.evaluation.scores import Scores

__all__ = ["Proposal", "propose"]


@dataclass(frozen=True)
class Proposal:
    """An alias that may move from its holder to a version, with what speaks for it and against it."""

    name: str
    alias: str
    version: str
    holder: str | None
    verdict: Verdict
    table: ScoreTable


def propose(
    binding: ResolvedBinding, catalog: Any, client: MlflowClient, version: str, alias: str, holder: str | None
) -> Proposal:
    """Evaluate a version and the holder of an alias on the same data; without evaluation, compare their runs."""
    name = str(binding.model.registered_model_name)
    aliases = {key: str(value) for key, value in client.get_registered_model(name).aliases.items()}
    if binding.evaluation is None:
        verdict, table = _by_runs(binding, client, name, version, aliases, alias)
    else:
        verdict, table = _by_scores(binding, catalog, name, version, aliases, alias)
    return Proposal(name, alias, version, holder, verdict, table)


def _by_scores(
    binding: ResolvedBinding, catalog: Any, name: str, version: str, aliases: Mapping[str, str], alias: str
) -> tuple[Verdict, ScoreTable]:
    try:
        evaluator = Evaluator.of(binding, catalog)
    except EvaluationError as error:
        return Verdict(False, error.message), ScoreTable(binding.label, "", "", ())
    holders = Holders(aliases, lambda other: evaluator.scores(f"models:/{name}/{other}"))
    if alias in aliases:
        holders.of(alias)
    tags: dict[str, str] = {}
    try:
        scores = evaluator.scores(f"models:/{name}/{version}")
    except EvaluationError as error:
        verdict, row = Verdict(False, error.message), ScoreRow(f"models:/{name}/{version}", error=error.message)
    else:
        verdict = judge_scores(binding.model.promote_if, scores, holders)
        row, tags = (
            ScoreRow(f"models:/{name}/{version}", (), scores.metrics),
            evaluation_tags(scores, evaluator.data, holders),
        )
    rows = [row, *(_holder_row(name, other, aliases, found) for other, found in holders.scores.items())]
    described = evaluator.data.described
    digest = described.digest if described else ""
    table = ScoreTable(binding.label, evaluator.data.name, digest, tuple(rows), binding.model.promote_if)
    return Verdict(verdict.promoted, verdict.reason, tags), table


def _holder_row(name: str, version: str, aliases: Mapping[str, str], found: Scores | EvaluationError) -> ScoreRow:
    held = tuple(sorted(alias for alias, holder in aliases.items() if holder == version))
    if isinstance(found, EvaluationError):
        return ScoreRow(f"models:/{name}/{version}", held, error=found.message)
    return ScoreRow(f"models:/{name}/{version}", held, found.metrics)


def _by_runs(
    binding: ResolvedBinding, client: MlflowClient, name: str, version: str, aliases: Mapping[str, str], alias: str
) -> tuple[Verdict, ScoreTable]:
    numbers = dict.fromkeys([version, *([aliases[alias]] if alias in aliases else [])])
    versions = {number: client.get_model_version(name, number) for number in numbers}
    metrics = {number: metrics_of_version(client, found) for number, found in versions.items()}
    run_id = str(versions[version].run_id)
    verdict = judge_by_run(binding.model.promote_if, client, metrics[version], run_id, name, aliases)
    rows = []
    for number, values in metrics.items():
        held = tuple(sorted(key for key, value in aliases.items() if value == number))
        rows.append(ScoreRow(f"models:/{name}/{number}", held, values))
    return verdict, ScoreTable(binding.label, "", "", tuple(rows), binding.model.promote_if)
