"""What a node may return, as Kedro's runner has it."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

from kedro_bind.model.node_outputs import NodeOutputError, chunked, keyed, listed, some


def stream(*chunks):
    return (chunk for chunk in chunks)


def in_kedro(result, outputs):
    """Return what Kedro's runner saves of a node's result."""
    names = list(outputs.values()) if isinstance(outputs, dict) else outputs
    kept = {name: MemoryDataset() for name in names}
    steps = Pipeline([node(lambda x: result(), "x", outputs, name="n")])
    SequentialRunner().run(steps, DataCatalog({"x": MemoryDataset(1), **kept}))
    return [kept[name].load() for name in names]


def checked(result, outputs):
    """Return what this module lets through."""
    if isinstance(outputs, dict):
        return list(keyed(result(), list(outputs), "n"))
    return list(listed(result(), len(outputs), "n"))


@pytest.mark.parametrize(
    ("result", "outputs"),
    [
        (lambda: [1, 2], ["a", "b"]),
        (lambda: (1, 2), ["a", "b"]),
        (lambda: {"right": 2, "left": 1}, {"left": "a", "right": "b"}),
    ],
)
def test_declared_outputs_are_returned(result, outputs):
    assert checked(result, outputs) == in_kedro(result, outputs) == [1, 2]


@pytest.mark.parametrize(
    ("result", "outputs", "message"),
    [
        (lambda: 1, ["a", "b"], "returned a 'int'; return a list of 2 outputs"),
        (lambda: [1], ["a", "b"], "returned 1 values; it has 2 outputs"),
        (lambda: [1, None], ["a", "b"], "returned None; return a value for each of its outputs"),
        (lambda: [1, 2], {"left": "a", "right": "b"}, "returned a .list.; return a dictionary with the keys"),
        (lambda: {"left": 1}, {"left": "a", "right": "b"}, r"returned the keys \['left'\]; its outputs are"),
        (stream, ["a", "b"], "yielded nothing"),
    ],
)
def test_anything_else_is_refused_as_in_kedro(result, outputs, message):
    with pytest.raises(NodeOutputError, match=f"^node 'n' {message}"):
        checked(result, outputs)
    with pytest.raises((ValueError, DatasetError), match=r"\w"):
        in_kedro(result, outputs)


@pytest.mark.parametrize(
    ("result", "outputs"),
    [
        (lambda: stream([1, 2], [3, 4]), ["a", "b"]),
        (lambda: stream({"l": 1, "r": 2}, {"l": 3, "r": 4}), {"l": "a", "r": "b"}),
    ],
)
def test_a_returned_generator_is_one_for_each_output(result, outputs):
    assert [list(part) for part in checked(result, outputs)] == [[1, 3], [2, 4]]


def test_the_last_chunk_of_a_generator_function_stays():
    assert chunked(stream([1, 2], [3, 4]), listed, 2, "n") == [3, 4]
    assert chunked(stream(1, 2), some, "n") == 2
    with pytest.raises(NodeOutputError, match="node 'n' yielded nothing"):
        chunked(stream(), some, "n")
    with pytest.raises(NodeOutputError, match="node 'n' returned 1 values"):
        chunked(stream([1, 2], [3]), listed, 2, "n")
