"""The registered pipelines; what binds them is in conf/base/pipeline_ml.yml."""

from benchmark_project.pipelines import LENGTHS, inference, training
from kedro.pipeline import Pipeline


def register_pipelines() -> dict[str, Pipeline]:
    """Register training, and inference of each length."""
    return {"__default__": training(), **{f"inference_{length}": inference(length) for length in LENGTHS}}
