"""The score_daily pipeline: a table, the logged model, and a table with its predictions."""

from typing import Any

from kedro.pipeline import Pipeline, node, pipeline

from .nodes import predict_with


def create_pipeline(**_: Any) -> Pipeline:
    """Create the pipeline; the model is an entry of the catalog."""
    return pipeline([node(predict_with, ["champion", "penguins"], "species_of_the_day", name="score")])
