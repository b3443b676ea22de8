"""The evaluation pipeline: it takes what the saved model predicts, and the answers."""

from typing import Any

from kedro.pipeline import Pipeline, node, pipeline

from .nodes import score


def create_pipeline(**_: Any) -> Pipeline:
    """Create the pipeline; kedro_bind puts the predictions of the saved model in."""
    return pipeline([node(score, ["predictions", "species_labels", "params:split"], "scores", name="score")])
