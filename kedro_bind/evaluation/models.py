"""The evaluation of saved models of one binding, all on the same data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.data import EvaluationData, load_evaluation_data
from kedro_bind.evaluation.predictions import predictions_of, saved_folder
from kedro_bind.evaluation.scores import Scores, score
from kedro_bind.process.temporary import TemporaryFolder

if TYPE_CHECKING:
    from kedro_bind.binding.resolved import ResolvedBinding

__all__ = ["Evaluator"]


@dataclass(frozen=True)
class Evaluator:
    """Scores models of a binding on its evaluation data."""

    binding: ResolvedBinding
    catalog: Any
    data: EvaluationData

    @classmethod
    def of(cls, binding: ResolvedBinding, catalog: Any) -> Evaluator:
        """Load the evaluation data of a binding.

        Raises:
            EvaluationError: it can't be loaded.
        """
        return cls(binding, catalog, load_evaluation_data(binding, catalog))

    def scores(self, uri: str, *, own: bool = False) -> Scores:
        """Have a saved model predict the data, and score the predictions.

        `own` is for the model that was logged just now: it predicts in this process's environment, and the outputs of
        the evaluation nodes are stored. Any other predicts in that of `evaluation.env_manager`.

        Raises:
            EvaluationError: the model does not load or predict, or its predictions can't be scored.
        """
        evaluation = self.binding.evaluation
        assert evaluation is not None
        with TemporaryFolder("evaluated") as folder:
            try:
                model = saved_folder(uri, folder)
                predictions = predictions_of(model, self.data.value, "local" if own else evaluation.env_manager)
            except EvaluationError as error:
                raise EvaluationError(f"it does not predict {self.data.label}: {error.message}") from error
        return score(self.binding, predictions, self.catalog, stores=own)
