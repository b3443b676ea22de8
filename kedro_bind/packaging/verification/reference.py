"""The predictions that a model is compared with: those of the inference pipeline, run by Kedro in this process."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from kedro_bind.errors import LoggingError
from kedro_bind.model.loading import load_artifact, load_functions
from kedro_bind.model.plan import RunnerPlan
from kedro_bind.model.runtime import make_predictor
from kedro_bind.process.quiet import quiet

if TYPE_CHECKING:
    from kedro_bind.packaging.build import BuiltPlan

__all__ = ["ReferencePredictions"]


class ReferencePredictions:
    """The predictions of a plan's pipeline for some rows, run by Kedro's SequentialRunner in this process."""

    def __init__(self, built: BuiltPlan, rows: Any) -> None:
        self._built, self._rows = built, rows

    @cached_property
    def first(self) -> Any:
        """The predictions of the first run.

        Raises:
            LoggingError: a node fails.
        """
        return self.again()

    def again(self) -> Any:
        """Run the pipeline, and return its predictions.

        Raises:
            LoggingError: a node fails.
        """
        plan, folder = self._built.plan, self._built.folder
        functions = load_functions(plan, folder)
        artifacts = {
            name: load_artifact(name, artifact, folder / artifact.location) for name, artifact in plan.artifacts.items()
        }
        plan = plan.model_copy(update={"runner": RunnerPlan()})
        try:
            with quiet("kedro"):
                return make_predictor(plan, functions, artifacts, kedro_runner=True).predict(self._rows)
        except Exception as error:
            raise LoggingError(
                f"the inference pipeline fails on the first rows of '{plan.input_name}': {type(error).__name__}: "
                f"{error}; if it can't run here, set 'verify: false' in 'model'"
            ) from error
