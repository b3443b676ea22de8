"""The registered pipelines, bound with kedro-mlflow's factory."""

from pathlib import Path

from benchmark_project.pipelines import LENGTHS, inference, training
from kedro.pipeline import Pipeline
from kedro_mlflow.pipeline import pipeline_ml_factory


def register_pipelines() -> dict[str, Pipeline]:
    """Register training, and one bound pipeline for each length."""
    bound = {
        f"nodes_{length}": pipeline_ml_factory(
            training=training(),
            inference=inference(length),
            input_name="customers",
            log_model_kwargs={
                "name": f"nodes_{length}",
                "signature": "auto",
                "code_paths": [str(Path(__file__).parent)],  # the model would not load elsewhere without
            },
        )
        for length in LENGTHS
    }
    return {"__default__": training(), **bound}
