"""Bindings that code makes, each with one problem, beside one of the document."""

from __future__ import annotations

from golden_project.nodes import apply, fit, halve
from kedro.pipeline import Pipeline, node, pipeline
from kedro.runner import ParallelRunner

from kedro_bind import PipelineML, pipeline_ml_factory


def register_pipelines() -> dict[str, Pipeline]:
    data_science = pipeline(
        [
            node(halve, ["customers", "params:test_size"], ["train", "holdout"], name="split", tags="training"),
            node(fit, "train", "scaler", name="fit_scaler", tags="training"),
            node(fit, ["train", "scaler"], "classifier", name="fit_model", tags="training"),
            node(apply, ["customers", "scaler"], "features", name="scale", tags="inference"),
            node(
                apply, ["features", "classifier", "params:threshold"], "predictions", name="predict", tags="inference"
            ),
        ]
    )
    lambdas = pipeline(
        [
            node(fit, "customers", "scaler", name="fit_scaler", tags="training"),
            node(lambda *data: data, ["customers", "scaler"], "prices", name="price", tags="inference"),
        ]
    )

    def bind(whole: Pipeline = data_science, runner: object = None, **log_model_kwargs: object) -> PipelineML:
        return pipeline_ml_factory(
            training=whole.only_nodes_with_tags("training"),
            inference=whole.only_nodes_with_tags("inference"),
            kpm_kwargs={"runner": runner},
            log_model_kwargs={"name": "mine", **log_model_kwargs},
        )

    return {
        "data_science": data_science,
        "bad_alias": bind(name="a", registered_model_name="churn", aliases=["v1"]),
        "bad_code_path": bind(name="b", code_paths=["src/nowhere"]),
        "bad_conda_env": bind(name="c", conda_env="conda.yml"),
        "bad_name": bind(name="a:b"),
        "bad_registered_name": bind(name="d", registered_model_name="a:b"),
        "bad_requirement": bind(name="e", pip_requirements=["scikit learn"]),
        "bad_runner": bind(name="f", runner="ThredRunner"),
        "clean": bind(name="g", signature=None, input_example=None, model_type="classifier"),
        "code_of_another_package": bind(name="h", code_paths=None),
        "in_another_process": bind(lambdas, name="i", runner=ParallelRunner()),
        "same_name": bind(name="a"),
        "with, comma": bind(name="j"),
        "without_a_file": bind(name="k", pip_requirements="requirements.txt"),
    }
