"""The pipelines: one of training, one of inference for each length."""

from kedro.pipeline import Pipeline, node

from benchmark_project import nodes

LENGTHS = (2, 10, 50, 200)


def training() -> Pipeline:
    """Fit the scaler and the model."""
    return Pipeline(
        [
            node(nodes.fit_scaler, "customers", "scaler", name="fit_scaler"),
            node(nodes.fit_model, ["customers", "fitted"], "model", name="fit_model"),
        ]
    )


def inference(length: int) -> Pipeline:
    """Predict with a chain of `length` nodes."""
    last = length - 2
    return Pipeline(
        [
            node(nodes.scale, ["customers", "scaler"], "matrix_0", name="scale"),
            *(
                node(nodes.adjust, [f"matrix_{step}", "scaler"], f"matrix_{step + 1}", name=f"adjust_{step}")
                for step in range(last)
            ),
            node(nodes.decide, [f"matrix_{last}", "model", "params:threshold"], "predictions", name="decide"),
        ]
    )
