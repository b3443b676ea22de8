"""What the nodes of the evaluation pipeline do."""

from typing import Any

import pandas as pd

from penguins.pipelines.species.nodes import choose_training_rows


def score(predictions: pd.DataFrame, species_labels: pd.DataFrame, split: dict[str, Any]) -> dict[str, float]:
    """Measure, on the rows that nothing was fitted on, how often the answer is right, and how often there is one."""
    held_out = ~choose_training_rows(species_labels, split)
    answers = predictions.loc[held_out, "species"]
    right = answers == species_labels.loc[held_out, "species"]
    return {"accuracy": float(right.mean()), "answered": float((answers != "uncertain").mean())}
