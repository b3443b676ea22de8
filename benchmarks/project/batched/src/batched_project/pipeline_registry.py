"""The registered pipelines; what binds them is in conf/base/pipeline_ml.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kedro.pipeline import Pipeline, node

from batched_project import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH = ["training", "inference"]


def _pipeline(last: Callable[..., object]) -> Pipeline:
    return Pipeline(
        [
            node(nodes.fit_medians, "customers", "medians", name="fit_medians", tags="training"),
            node(nodes.complete, ["customers", "medians"], "completed", name="complete", tags=BOTH),
            node(nodes.encode, "completed", "encoded", name="encode", tags=BOTH),
            node(nodes.derive, "encoded", "derived", name="derive", tags=BOTH),
            node(nodes.fit_scaler, "derived", "scaler", name="fit_scaler", tags="training"),
            node(nodes.scale, ["derived", "scaler"], "scaled", name="scale", tags=BOTH),
            node(nodes.fit_classifier, "scaled", "classifier", name="fit_classifier", tags="training"),
            node(last, ["scaled", "classifier"], "predictions", name="decide", tags="inference"),
        ]
    )


def register_pipelines() -> dict[str, Pipeline]:
    """Register a pipeline that is row-wise, and one that is not."""
    pipelines = {"row_wise": _pipeline(nodes.decide), "not_row_wise": _pipeline(nodes.rank)}
    return {"__default__": pipelines["row_wise"], **pipelines}
