"""One pipeline of 1,000 nodes, all of which each binding selects from."""

from __future__ import annotations

from kedro.pipeline import Pipeline, node

from checked_project.nodes import apply, fit

PRODUCTS = 250


def register_pipelines() -> dict[str, Pipeline]:
    nodes = []
    for product in range(PRODUCTS):
        scaler, scaled, model = f"scaler_{product}", f"scaled_{product}", f"model_{product}"
        training, inference = f"training_{product}", f"inference_{product}"
        nodes += [
            node(fit, "table", scaler, name=f"fit_scaler_{product}", tags=training),
            node(apply, ["table", scaler], scaled, name=f"scale_{product}", tags=[training, inference]),
            node(fit, scaled, model, name=f"fit_model_{product}", tags=training),
            node(apply, [scaled, model], f"predictions_{product}", name=f"predict_{product}", tags=inference),
        ]
    return {"__default__": Pipeline(nodes)}
