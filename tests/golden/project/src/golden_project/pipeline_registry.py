"""The pipelines, by what is peculiar about each."""

from __future__ import annotations

from golden_shared import rounding
from kedro.pipeline import Pipeline, node, pipeline

from golden_project.lending import price
from golden_project.nodes import apply, fit, halve, locked, send, stream
from golden_project.typed import apply_cut, apply_limit, fit_cut


def register_pipelines() -> dict[str, Pipeline]:
    data_science = pipeline(
        [
            node(halve, ["customers", "params:test_size"], ["train", "holdout"], name="split", tags="training"),
            node(fit, "train", "scaler", name="fit_scaler", tags="training"),
            node(fit, ["train", "scaler"], "classifier", name="fit_model", tags="training"),
            node(apply, ["customers", "scaler"], "features", name="scale", tags="inference"),
            node(
                apply,
                ["features", "classifier", "params:threshold"],
                "predictions",
                name="predict",
                tags="inference",
            ),
        ]
    )
    evaluation = pipeline([node(apply, ["predictions", "holdout"], "metrics", name="evaluate", tags="evaluation")])
    two_outputs = data_science + pipeline(
        [node(apply, ["features", "classifier"], "explanations", name="explain", tags="inference")]
    )
    no_output = pipeline(
        [
            node(apply, ["customers", "scaler"], "features", name="scale", tags="inference"),
            node(send, "features", None, name="send", tags="inference"),
        ]
    )
    free_input = pipeline(
        [
            node(apply, ["customers", "vocabulary"], "features", name="tokenise", tags="far"),
            node(apply, ["customers", "scalar"], "features_scaled", name="rescale", tags="near"),
        ]
    )
    text = pipeline(
        [
            node(fit, ["documents", "stop_words"], "vectoriser", name="fit_vectoriser", tags="training"),
            node(apply, ["documents", "vectoriser", "stop_words"], "vectors", name="vectorise", tags="inference"),
        ]
    )
    in_memory = pipeline(
        [
            node(fit, "customers", "imputer", name="fit_imputer", tags="training"),
            node(fit, ["customers", "imputer"], "encoder", name="fit_encoder", tags="training"),
            node(apply, ["customers", "imputer"], "complete", name="impute", tags="inference"),
            node(apply, ["complete", "encoder"], "codes", name="encode", tags="inference"),
        ]
    )
    tables = pipeline(
        [
            node(fit, "customers", "rates", name="fit_rates", tags="training"),
            node(apply, ["customers", "rates"], "prices", name="price", tags="inference"),
        ]
    )
    ranking = pipeline(
        [
            node(fit, "customers", "ranking_model", name="fit_ranking", tags="training"),
            node(apply, ["customers", "ranking_model", "params:depth"], "ranks", name="rank", tags="inference"),
        ]
    )
    profiles = pipeline(
        [
            node(fit, "customers", "profile@pickle", name="fit_profile", tags="training"),
            node(apply, ["customers", "profile@text"], "matches", name="match", tags="inference"),
        ]
    )
    serving = pipeline(
        data_science.only_nodes_with_tags("inference"),
        namespace="serving",
        inputs={"customers"},
        parameters={"params:threshold"},
    )
    serving_apart = pipeline(
        data_science.only_nodes_with_tags("inference"), namespace="serving", parameters={"params:threshold"}
    )
    online = pipeline(data_science.only_nodes_with_tags("inference"), namespace="online")
    tuned = pipeline(
        [
            node(fit, ["customers", "params:test_size"], "scaler", name="fit_scaler", tags="training"),
            node(fit, ["customers", "params:alpha"], "classifier", name="fit_model", tags="training"),
            node(
                apply,
                ["customers", "scaler", "classifier", "params:test_size", "params:threshold"],
                "scores",
                name="score",
                tags="inference",
            ),
        ]
    )
    careless = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags=["training", "inference"]),
            node(fit, ["customers", "scaler"], "classifier", name="fit_model", tags="training"),
            node(apply, ["customers", "scaler"], "features", name="scale", tags=["training", "inference"]),
            node(apply, ["features", "classifier"], "predictions", name="predict", tags="inference"),
        ]
    )
    lambdas = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags="training"),
            node(lambda *data: data, ["customers", "scaler"], "prices", name="price", tags="inference"),
        ]
    )
    unpicklable = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags="training"),
            node(locked(), ["customers", "scaler"], "prices", name="price", tags="inference"),
        ]
    )
    shared = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags="training"),
            node(rounding.apply, ["customers", "scaler"], "prices", name="price", tags="inference"),
        ]
    )
    lending = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags="training"),
            node(price, ["customers", "scaler"], "prices", name="price", tags="inference"),
        ]
    )
    streams = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags="training"),
            node(stream, ["customers", "scaler"], "prices", name="price", tags="inference"),
        ]
    )
    misnamed = pipeline(
        [
            node(fit, "customers", "clasifier", name="fit", tags="training"),
            node(apply, ["customers", "clasifier", "params:treshold"], "guess", name="guess", tags="inference"),
        ]
    )
    unsupplied = pipeline(
        [
            node(fit, "raw_customers", "scaler", name="fit", tags="training"),
            node(apply, ["features", "scaler"], "scaled", name="scale", tags="inference"),
        ]
    )
    lists = pipeline([node(apply, ["documents", "stop_words"], "words", name="drop_stop_words")])
    cuts = pipeline(
        [
            node(fit_cut, ["customers", "params:cut"], "scaler", name="fit_cut", tags="training"),
            node(apply_cut, ["customers", "scaler", "params:cut"], "kept", name="apply_cut", tags="inference"),
        ]
    )
    limits = cuts.only_nodes("fit_cut") + pipeline(
        [node(apply_limit, ["customers", "scaler", "params:cut"], "kept", name="apply_limit", tags="inference")]
    )
    rival = pipeline([node(fit, "customers", "classifier", name="fit_rival", tags="training")])
    return {
        "__default__": data_science + evaluation,
        "data_science": data_science,
        "evaluation": evaluation,
        "two_outputs": two_outputs,
        "no_output": no_output,
        "free_input": free_input,
        "text": text,
        "in_memory": in_memory,
        "tables": tables,
        "ranking": ranking,
        "profiles": profiles,
        "serving": serving,
        "online": online,
        "tuned": tuned,
        "serving_apart": serving_apart,
        "cuts": cuts,
        "limits": limits,
        "rival": rival,
        "careless": careless,
        "lambdas": lambdas,
        "locked": unpicklable,
        "shared": shared,
        "lending": lending,
        "lists": lists,
        "misnamed": misnamed,
        "streams": streams,
        "unsupplied": unsupplied,
    }
