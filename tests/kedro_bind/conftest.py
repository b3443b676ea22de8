"""Plans built from a pipeline and a catalog, without MLflow."""

from __future__ import annotations

import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.model.plan_file import write_plan
from kedro_bind.model.runtime import load_predictor
from kedro_bind.packaging.build import build_plan
from tests.bindings import resolved
from tests.kedro_bind.model import nodes


@pytest.fixture
def built(tmp_path):
    """Build the plan of `steps`, or of one node that takes the input and an artifact."""

    def build(catalog, function=nodes.add, inputs=("x", "artifact"), steps=None, **options):
        folder = tmp_path / "plan"
        folder.mkdir()
        inference = Pipeline(steps or [node(function, list(inputs), "out", name="predict")])
        built = build_plan(resolved(inference, name="test", **options), catalog, folder)
        write_plan(built.plan, folder)
        return built

    return build


@pytest.fixture
def predict(built):
    """Build a plan, move it elsewhere, load it there and predict."""

    def run(value, catalog, *arguments, params=None, **options):
        folder = built(catalog, *arguments, **options).folder
        return load_predictor(folder.rename(folder.with_name("elsewhere"))).predict(value, params)

    return run
