"""Two namespaces: `training` fits, `serving` predicts with what it fitted."""

from typing import Any

from kedro.pipeline import Pipeline, node, pipeline

from . import nodes


def _transform() -> list[Any]:
    """Return the nodes that both namespaces have."""
    return [
        node(nodes.scale, ["images", "scaler"], "scaled", name="scale"),
        node(nodes.project, ["scaled", "projection"], "projected", name="project"),
    ]


def create_pipeline(**_: Any) -> Pipeline:
    """Create the pipeline: one namespace trains, and two nodes of the other predict, each for a binding."""
    training = [
        node(nodes.load_images, None, ["images", "digits"], name="load_images"),
        node(nodes.fit_scaler, "images", "scaler", name="fit_scaler"),
        node(nodes.fit_projection, ["scaled", "params:components"], "projection", name="fit_projection"),
        node(nodes.fit_classifier, ["projected", "digits"], "classifier", name="fit_classifier"),
        node(nodes.score, ["projected", "digits", "classifier"], "metrics", name="score"),
        *_transform(),
    ]
    serving = [
        *_transform(),
        node(nodes.recognize, ["projected", "classifier", "params:answer"], "recognized", name="recognize"),
        node(nodes.rank, ["projected", "classifier"], "ranked", name="rank"),
    ]
    return pipeline(training, namespace="training") + pipeline(serving, namespace="serving")
