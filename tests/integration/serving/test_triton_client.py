"""Triton's own client, with its defaults, which send and ask for binary tensors."""

from __future__ import annotations

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

pytestmark = pytest.mark.slow


@pytest.fixture
def caller(served):
    with triton.InferenceServerClient(served.ours.removeprefix("http://")) as made:
        yield made


def inputs(region):
    columns = {
        "spend": np.array([1.5, 2.5]),
        "visits": np.array([2, 3], dtype=np.int64),
        "age": np.array([30.0, 31.0]),
        "region": np.array(region, dtype=object),
    }
    types = {"spend": "FP64", "visits": "INT64", "age": "FP64", "region": "BYTES"}
    tensors = [triton.InferInput(name, column.shape, types[name]) for name, column in columns.items()]
    for tensor, column in zip(tensors, columns.values(), strict=True):
        tensor.set_data_from_numpy(column)
    return tensors


def test_it_is_told_that_the_model_is_ready(caller):
    assert caller.is_server_live()
    assert caller.is_server_ready()
    assert caller.is_model_ready("people")
    metadata = caller.get_model_metadata("people")
    assert [tensor["name"] for tensor in metadata["inputs"]] == ["spend", "visits", "age", "region"]
    assert "binary_tensor_data" in caller.get_server_metadata()["extensions"]


def test_it_gets_predictions(caller):
    result = caller.infer("people", inputs(["north", "süd"]))
    assert result.as_numpy("region").tolist() == [b"north!", "süd!".encode()]
    assert result.as_numpy("score").dtype == np.float64
    assert result.as_numpy("over").dtype == bool


def test_it_gets_the_outputs_that_it_asks_for_and_sets_params(caller):
    outputs = [triton.InferRequestedOutput("top", binary_data=False)]
    result = caller.infer("people", inputs(["a", "b"]), outputs=outputs, parameters={"top": 2})
    assert result.as_numpy("top").tolist() == [2, 2]
    assert result.as_numpy("score") is None


def test_it_is_told_what_is_wrong(caller):
    with pytest.raises(InferenceServerException, match="RuntimeError"):
        caller.infer("people", inputs(["boom", "north"]))
    with pytest.raises(InferenceServerException, match="no model of this name"):
        caller.infer("nobody", inputs(["a", "b"]))
