"""The evaluation of a model that was logged just now: its metrics go to MLflow and decide its promotion."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.models import Evaluator
from kedro_bind.evaluation.promotion import Holders, evaluation_tags, judge_scores
from kedro_bind.names import folder_name
from kedro_bind.redaction import get_logger
from kedro_bind.tracking.datasets import log_input
from kedro_bind.tracking.promotion import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro_bind.binding.resolved import ResolvedBinding
    from kedro_bind.evaluation.scores import Scores
    from kedro_bind.tracking.metrics import RunMetrics
    from kedro_bind.tracking.promotion import Judge

__all__ = ["evaluate_logged"]

logger = get_logger(__name__)


def evaluate_logged(binding: ResolvedBinding, catalog: Any, metrics: RunMetrics, model_id: str) -> Judge:
    """Evaluate a logged model, log its `metrics`, and return what decides whether its version is promoted.

    A model that can't be evaluated stays, and is not promoted: what training produced is never lost for that.
    """
    try:
        evaluator = Evaluator.of(binding, catalog)
        logger.info("kedro_bind: evaluating the model of '%s' on '%s'", binding.label, evaluator.data.name)
        scores = evaluator.scores(f"models:/{model_id}", own=True)
    except EvaluationError as error:
        reason = f"it could not be evaluated: {error.message}"
        logger.warning("kedro_bind: the model of '%s' is logged, but %s", binding.label, reason)
        return lambda _name, _aliases: _recorded(Verdict(False, reason), binding, metrics.run_id)
    _log(evaluator, scores, metrics, model_id)

    def judge(name: str, aliases: Mapping[str, str]) -> Verdict:
        holders = Holders(aliases, lambda version: _holder_scores(evaluator, name, version))
        verdict = judge_scores(binding.model.promote_if, scores, holders)
        _log_holders(binding, holders, metrics)
        if verdict.reason:
            verdict = Verdict(verdict.promoted, f"{verdict.reason}, on {evaluator.data.label}")
        tags = evaluation_tags(scores, evaluator.data, holders)
        return _recorded(Verdict(verdict.promoted, verdict.reason, tags), binding, metrics.run_id)

    return judge


def _holder_scores(evaluator: Evaluator, name: str, version: str) -> Scores:
    logger.info("kedro_bind: evaluating version %s of '%s' on '%s'", version, name, evaluator.data.name)
    return evaluator.scores(f"models:/{name}/{version}")


def _log(evaluator: Evaluator, scores: Scores, metrics: RunMetrics, model_id: str) -> None:
    import mlflow

    data = evaluator.data.described
    if data is not None:
        log_input(metrics.run_id, data, "evaluation")
    metrics.log(evaluator.binding.label, scores.metrics, _now(), model_id, data)
    folder = f"kedro_bind/evaluation/{folder_name(evaluator.binding.model.name)}"
    for name, figure in scores.figures.items():
        kind = "html" if type(figure).__module__.startswith("plotly") else "png"
        mlflow.log_figure(figure, f"{folder}/{folder_name(name)}.{kind}")
    figures = ", ".join(f"{name} {value:.6g}" for name, value in sorted(scores.metrics.items()))
    label = evaluator.binding.label
    logger.info("kedro_bind: the model of '%s' on %s: %s", label, evaluator.data.label, figures or "no metrics")


def _log_holders(binding: ResolvedBinding, holders: Holders, metrics: RunMetrics) -> None:
    """Log the metrics of the versions that hold aliases, under the name of the alias."""
    held: dict[str, float] = {}
    for alias, version in holders.aliases.items():
        found = holders.scores.get(version)
        if found is not None and not isinstance(found, EvaluationError):
            held |= {f"{alias}/{name}": value for name, value in found.metrics.items()}
    metrics.log(binding.label, held, _now())


def _recorded(verdict: Verdict, binding: ResolvedBinding, run_id: str) -> Verdict:
    """Write the decision into the run, and into the tags that the version will have."""
    import mlflow

    if not verdict.reason:
        return verdict
    decision = f"{'promoted' if verdict.promoted else 'not promoted'}: {verdict.reason}"
    mlflow.MlflowClient().set_tag(run_id, f"kedro_bind.promotion.{folder_name(binding.label)}", decision[:5000])
    return Verdict(verdict.promoted, verdict.reason, {**verdict.tags, "kedro_bind.promotion": decision})


def _now() -> int:
    return time.time_ns() // 1_000_000
