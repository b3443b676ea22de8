"""What a model has to answer: the inference pipeline, run by Kedro in the training process."""

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

__all__ = ["KedroAnswer"]


class KedroAnswer:
    """The answer of a plan's pipeline for some rows, run by Kedro's SequentialRunner in this process."""

    def __init__(self, built: BuiltPlan, rows: Any) -> None:
        self._built, self._rows = built, rows

    @cached_property
    def first(self) -> Any:
        """The answer of the first run.

        Raises:
            LoggingError: a node fails.
        """
        return self.again()

    def again(self) -> Any:
        """Run, and give the answer.

        Raises:
            LoggingError: a node fails.
        """
        plan, folder = self._built.plan, self._built.folder
        functions = load_functions(plan, folder)
        artifacts = {name: load_artifact(name, each, folder / each.location) for name, each in plan.artifacts.items()}
        plan = plan.model_copy(update={"runner": RunnerPlan()})
        try:
            with quiet("kedro"):
                return make_predictor(plan, functions, artifacts, kedro_runner=True).predict(self._rows)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise LoggingError(
                f"the inference pipeline fails on the first rows of '{plan.input_name}': {said}"
                "; if it can't answer here, set 'verify: false' in 'model'"
            ) from error
