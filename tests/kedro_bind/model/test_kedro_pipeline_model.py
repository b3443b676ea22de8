"""A model that was logged by hand."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import pytest

from kedro_bind.errors import BindingError
from kedro_bind.model.kedro_pipeline_model import PickledModel, restored
from kedro_bind.model.plan import Artifact, NodePlan, Plan
from tests.kedro_bind.model import nodes

PLAN = Plan(
    name="m",
    input_name="x",
    nodes=[NodePlan(name="n", function="tests.kedro_bind.model.nodes:add", inputs=["x", "offset"], outputs="out")],
    artifacts={"offset": Artifact(location="offset.pkl")},
    output_name="out",
)
STATE = {"plan": PLAN.model_dump(), "functions": ["tests.kedro_bind.model.nodes:add"]}


def context(**artifacts):
    return SimpleNamespace(artifacts={name: str(path) for name, path in artifacts.items()})


@pytest.fixture
def offset(tmp_path):
    path = tmp_path / "an offset.pkl"
    path.write_bytes(pickle.dumps(3))
    return path


@pytest.mark.parametrize("form", [str, lambda path: path.as_uri()])
def test_it_predicts_with_the_artifacts_that_mlflow_passes(offset, form):
    model = restored(STATE)
    assert isinstance(model, PickledModel)
    model.load_context(context(offset=form(offset)))
    assert model.predict(None, 4) == 7


def test_its_state_has_functions_by_name():
    model = restored(STATE)
    assert model._functions == [nodes.add]  # noqa: SLF001 - what a pickle restores
    state = model.__getstate__()
    assert state["functions"] == STATE["functions"]
    assert restored(state).plan == PLAN


def test_it_takes_exactly_its_artifacts(offset):
    with pytest.raises(BindingError, match=r"missing \['offset'\], unknown \['scaler'\]; pass what extract_pipeline"):
        restored(STATE).load_context(context(scaler=offset))
