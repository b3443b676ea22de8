"""Two saved models to what differs between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.difference.changes import SECTIONS, ModelDifference
from kedro_bind.evaluation.difference.parts import artifact_changes, changed_artifacts, part_changes
from kedro_bind.evaluation.difference.rows import PredictionDifference, compare_predictions
from kedro_bind.evaluation.predictions import Examined, examine

if TYPE_CHECKING:
    from pathlib import Path

    from conf_schema import EnvManager
    from kedro_bind.evaluation.difference.contents import Contents

__all__ = ["ComparedRows", "compare_models", "example_of"]


class ComparedRows(NamedTuple):
    """The rows that both models predict, and what they are called."""

    name: str
    value: Any


def compare_models(
    before: Contents, after: Contents, rows: ComparedRows | None, env_manager: EnvManager = "local"
) -> ModelDifference:
    """Compare two models; without `rows`, their predictions are left out.

    Each is loaded in a process of its own. A model that does not predict is a difference, not an error.
    """
    artifacts = changed_artifacts(before, after)
    data = rows.value if rows else None
    examined, problems = [Examined(), Examined()], list[str]()
    if rows is not None or artifacts:
        with ThreadPoolExecutor(2) as pool:
            tasks = [pool.submit(examine, model.folder, data, env_manager, artifacts) for model in (before, after)]
        for place, contents in enumerate((before, after)):
            try:
                examined[place] = tasks[place].result()
            except EvaluationError as error:
                problems.append(f"{contents.label} does not predict: {error.message}")
    changes = [*part_changes(before, after), *artifact_changes(before, after, examined[0].views, examined[1].views)]
    changes.sort(key=lambda change: SECTIONS.index(change.section))
    if rows is None:
        predictions = PredictionDifference(skipped="neither model has an example; name rows with '--data'")
    elif problems:
        predictions = PredictionDifference(rows.name, problem="; ".join(problems))
    else:
        predictions = compare_predictions(rows.name, examined[0].predictions, examined[1].predictions)
    return ModelDifference(before.label, after.label, changes, predictions)


def example_of(before: Path, after: Path) -> ComparedRows | None:
    """Return the example of the first of two models that has one."""
    from mlflow.models import Model

    for folder, which in ((before, "first"), (after, "second")):
        example = Model.load(str(folder)).load_input_example(str(folder))
        if example is not None:
            return ComparedRows(f"the example of the {which} model", example)
    return None
