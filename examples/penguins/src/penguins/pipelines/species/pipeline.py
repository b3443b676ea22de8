"""The species pipeline: tags say which node belongs to training, to inference or to both."""

from typing import Any

from kedro.pipeline import Pipeline, node, pipeline

from .nodes import (
    choose_training_rows,
    evaluate,
    fit_classifier,
    fit_encoder,
    fit_imputer,
    fit_scaler,
    predict,
    select_features,
    transform,
)

TRAINING = "training"
INFERENCE = "inference"
BOTH = [TRAINING, INFERENCE]


def create_pipeline(**_: Any) -> Pipeline:
    """Create the pipeline: nodes that fit train, nodes that transform are shared.

    It is one list, although a long one, so that the whole graph is seen at once.
    """
    return pipeline(
        [
            node(select_features, "penguins", "features", name="select_features", tags=BOTH),
            node(
                choose_training_rows,
                ["species_labels", "params:split"],
                "training_rows",
                name="choose_training_rows",
                tags=TRAINING,
            ),
            node(
                fit_imputer,
                ["features", "training_rows"],
                "imputer",
                name="fit_imputer",
                tags=TRAINING,
            ),
            node(transform, ["features", "imputer"], "imputed", name="impute", tags=BOTH),
            node(
                fit_encoder,
                ["imputed", "training_rows"],
                "encoder",
                name="fit_encoder",
                tags=TRAINING,
            ),
            node(transform, ["imputed", "encoder"], "encoded", name="encode", tags=BOTH),
            node(
                fit_scaler,
                ["encoded", "training_rows"],
                "scaler",
                name="fit_scaler",
                tags=TRAINING,
            ),
            node(transform, ["encoded", "scaler"], "scaled", name="scale", tags=BOTH),
            node(
                fit_classifier,
                ["scaled", "species_labels", "training_rows", "params:classifier"],
                "classifier",
                name="fit_classifier",
                tags=TRAINING,
            ),
            node(
                evaluate,
                ["scaled", "species_labels", "training_rows", "classifier"],
                "metrics",
                name="evaluate",
                tags=TRAINING,
            ),
            node(
                predict,
                ["scaled", "classifier", "params:min_probability"],
                "predictions",
                name="predict",
                tags=INFERENCE,
            ),
        ]
    )
