"""The scores of several models on the same data, and which of them is the best in each metric."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conf_schema import Condition

__all__ = ["ScoreRow", "ScoreTable"]


@dataclass(frozen=True)
class ScoreRow:
    """One model: its URI, the aliases that it holds, and its metrics or why it has none."""

    uri: str
    aliases: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class ScoreTable:
    """The scores of some models of a binding on one dataset."""

    binding: str
    data: str
    digest: str
    rows: tuple[ScoreRow, ...]
    conditions: Sequence[Condition] = ()

    @property
    def metrics(self) -> list[str]:
        """The metrics that any of the models has."""
        return sorted({metric for row in self.rows for metric in row.metrics})

    def best(self, metric: str) -> float | None:
        """Return the best value of a metric that differs between models: the greatest, unless the lowest is wanted.

        The lowest is wanted where `promote_if` asks for less than something, or the name is that of an error.
        """
        values = [row.metrics[metric] for row in self.rows if metric in row.metrics]
        values = [value for value in values if value == value]  # noqa: PLR0124 - NaN is not the best of anything
        if len(set(values)) < 2:  # noqa: PLR2004 - the same everywhere, or nothing to compare with
            return None
        return min(values) if self._lower_is_better(metric) else max(values)

    def _lower_is_better(self, metric: str) -> bool:
        asked = [condition.comparison for condition in self.conditions if condition.metric == metric]
        if asked:
            return asked[0] in ("<", "<=")
        words = metric.lower().replace(".", "_").replace("-", "_").split("_")
        return bool(_ERRORS & set(words))


_ERRORS = {"brier", "error", "errors", "loss", "mae", "mape", "medae", "mse", "msle", "rmse", "rmsle", "smape"}
