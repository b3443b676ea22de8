from __future__ import annotations

from kedro.pipeline import Pipeline, node

from conf_schema import validate_document
from kedro_bind.binding.expand import expand, pipelines_named_by

PIPELINES = {
    "fit": Pipeline([node(max, ["data", "params:depth"], "model", name="fit")]),
    "predict": Pipeline([node(max, ["data", "model"], "predictions", name="predict")]),
}
VALID = {"training": {"pipeline": "fit"}, "inference": {"pipeline": "predict"}}
DOCUMENT, _ = validate_document(
    {"churn": VALID, "fit": VALID, "late": {**VALID, "training": {"pipeline": "fti"}, "copy_mode": {"modl": "copy"}}}
)


def test_valid_bindings_become_pipelines_and_others_findings_at_their_place():
    expansion = expand(DOCUMENT, PIPELINES)
    assert list(expansion.bound) == ["churn"]
    assert expansion.bound["churn"].binding.name == "churn"
    assert expansion.bound["churn"].input_name == "data"
    assert [(finding.code, finding.path) for finding in expansion.findings] == [
        ("name-clash", ("fit",)),
        ("unknown-pipeline", ("late", "training", "pipeline", 0)),
        ("unknown-dataset", ("late", "copy_mode", "modl")),
    ]


def test_names_select_some_of_the_bindings():
    assert expand(DOCUMENT, PIPELINES, ["churn"]).findings == ()


def test_a_binding_names_the_pipelines_of_both_sides():
    assert pipelines_named_by(DOCUMENT.bindings["churn"]) == {"fit", "predict"}
