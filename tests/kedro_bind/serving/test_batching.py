from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kedro_bind.serving.batching import Batcher, _Linger, _Waiting
from kedro_bind.serving.decoder import Rows
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.predictions import Part, Predictions

LAYOUT = (("a", "float64"),)


class Model:
    """Doubles a column; waits at a gate, refuses what is negative, and remembers its calls."""

    def __init__(self):
        self.calls = []
        self.gate = threading.Event()
        self.entered = threading.Event()

    def predict(self, table, params):
        self.entered.set()
        assert self.gate.wait(30)
        self.calls.append((table["a"].tolist(), params))
        if (table["a"] < 0).any():
            raise ValueError("negative")
        return Predictions(table["a"].to_numpy() * 2)


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def run():
    """Run a coroutine function with a thread for the model."""
    with ThreadPoolExecutor(1) as executor:
        yield lambda function: asyncio.run(function(executor))


def rows(*values):
    return Rows(len(values), LAYOUT, (np.array(values, dtype="float64"),))


def numbers(part: Part):
    return part.data.tolist()


async def _until(event: threading.Event):
    assert await asyncio.to_thread(event.wait, 30)


async def _one_running_and(batcher, model, *requests):
    """Start a request that holds the model, then others that have to wait; open the gate and return the results."""
    first = asyncio.ensure_future(batcher.predict(rows(1), None, numbers))
    await _until(model.entered)
    others = [asyncio.ensure_future(batcher.predict(*request, numbers)) for request in requests]
    await asyncio.sleep(0)
    model.gate.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_requests_that_wait_share_the_next_call_and_each_gets_its_own_rows(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _one_running_and(batcher, model, (rows(2, 3), None), (rows(4), None))

    assert run(scene) == [[2.0], [4.0, 6.0], [8.0]]
    assert model.calls == [([1.0], None), ([2.0, 3.0, 4.0], None)]


def test_requests_with_other_params_go_into_other_calls(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _one_running_and(
            batcher, model, (rows(2), {"t": 1}), (rows(3), {"t": 2}), (rows(4), {"t": 1}), (rows(5), None)
        )

    assert run(scene) == [[2.0], [4.0], [6.0], [8.0], [10.0]]
    assert model.calls[1:] == [([2.0, 4.0], {"t": 1}), ([3.0], {"t": 2}), ([5.0], None)]


def test_a_batch_has_no_more_rows_than_allowed_unless_one_request_has(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=3, max_queue=100)
        return await _one_running_and(batcher, model, (rows(2, 3), None), (rows(4, 5), None), (rows(6, 7, 8, 9), None))

    run(scene)
    assert [len(values) for values, _ in model.calls] == [1, 2, 2, 4]


def test_only_the_request_at_fault_in_a_batch_gets_the_error(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _one_running_and(batcher, model, (rows(2), None), (rows(-1), None), (rows(3), None))

    one, two, culprit, three = run(scene)
    assert (one, two, three) == ([2.0], [4.0], [6.0])
    assert isinstance(culprit, ValueError)


def test_a_model_that_loses_rows_is_asked_for_each_request_alone(run):
    def predict(table, _):
        return Predictions(np.unique(table["a"].to_numpy()))

    model = Model()

    async def scene(executor):
        batcher = Batcher(lambda *given: (model.predict(*given), predict(*given))[1], executor, max_rows=9, max_queue=9)
        return await _one_running_and(batcher, model, (rows(2), None), (rows(2), None))

    assert run(scene) == [[1.0], [2.0], [2.0]]


def test_a_full_queue_is_answered_with_503_and_when_to_try_again(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=1)
        return await _one_running_and(batcher, model, (rows(2), None), (rows(3), None))

    one, two, refused = run(scene)
    assert (one, two) == ([2.0], [4.0])
    assert isinstance(refused, RequestError)
    assert (refused.status, refused.retry_after) == (503, 1)


def test_a_request_whose_caller_has_gone_leaves_the_queue(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        first = asyncio.ensure_future(batcher.predict(rows(1), None, numbers))
        await _until(model.entered)
        gone = asyncio.ensure_future(batcher.predict(rows(2), None, numbers))
        kept = asyncio.ensure_future(batcher.predict(rows(3), None, numbers))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        model.gate.set()
        return await asyncio.gather(first, kept)

    assert run(scene) == [[2.0], [6.0]]
    assert model.calls[1:] == [([3.0], None)]


def test_an_answer_that_can_not_be_written_costs_no_other_caller_theirs(run, model):
    def unwritable(_):
        raise RequestError(400, "BAD_REQUEST", "this has no JSON")

    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        first = asyncio.ensure_future(batcher.predict(rows(1), None, numbers))
        await _until(model.entered)
        others = [asyncio.ensure_future(batcher.predict(rows(2), None, write)) for write in (unwritable, numbers)]
        await asyncio.sleep(0)
        model.gate.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    first, refused, answered = run(scene)
    assert (first, answered) == ([2.0], [4.0])
    assert isinstance(refused, RequestError)
    assert len(model.calls) == 2


def test_rows_of_another_layout_are_not_joined(run, model):
    other = Rows(1, None, other={"a": np.array([7.0])})

    async def scene(executor):
        batcher = Batcher(
            lambda table, params: model.predict(_as_table(table), params), executor, max_rows=9, max_queue=9
        )
        return await _one_running_and(batcher, model, (rows(2), None), (other, None), (other, None))

    assert run(scene) == [[2.0], [4.0], [14.0], [14.0]]
    assert [values for values, _ in model.calls] == [[1.0], [2.0], [7.0], [7.0]]


def _as_table(table):
    import pandas as pd

    return pd.DataFrame(table)


@pytest.fixture
def patient(monkeypatch):
    """Let batches wait for callers for as long as it takes."""
    monkeypatch.setattr("kedro_bind.serving.batching._LINGER", 1e9)
    monkeypatch.setattr("kedro_bind.serving.batching._MOST_SECONDS", 1e9)


async def _caller(batcher, value, times, params=None):
    return [await batcher.predict(rows(value), params, numbers) for _ in range(times)]


async def _joining(batcher, model, others, times=3, params=None):
    """Let others ask while the call of a first caller runs; all of them ask again as soon as they have a response."""
    first = asyncio.ensure_future(_caller(batcher, 1, times, params))
    await _until(model.entered)
    joining = [asyncio.ensure_future(other) for other in others]
    await asyncio.sleep(0)
    model.gate.set()
    return await asyncio.wait_for(asyncio.gather(first, *joining), 30)


def _sizes(model):
    return [len(values) for values, _ in model.calls]


def test_callers_that_ask_again_share_their_calls(run, model, patient):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _joining(batcher, model, [_caller(batcher, value, 2) for value in (2, 3)])

    assert run(scene) == [[[2.0]] * 3, [[4.0]] * 2, [[6.0]] * 2]
    assert _sizes(model) == [1, 3, 3]


def test_a_lone_caller_waits_for_nobody(run, model, patient):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _joining(batcher, model, [])

    assert run(scene) == [[[2.0]] * 3]


def test_a_full_batch_waits_for_nobody(run, model, patient):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=2, max_queue=100)
        return await _joining(batcher, model, [_caller(batcher, value, 1) for value in (2, 3)], times=1)

    run(scene)
    assert _sizes(model) == [1, 2]


def test_a_request_waits_only_for_those_with_the_same_params(run, model, patient):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _joining(batcher, model, [_caller(batcher, 2, 2, {"t": 1})])

    run(scene)
    assert _sizes(model) == [1] * 5


def test_nobody_waits_long_for_callers_that_have_gone(run, model):
    async def scene(executor):
        batcher = Batcher(model.predict, executor, max_rows=100, max_queue=100)
        return await _joining(batcher, model, [_caller(batcher, value, 1) for value in (2, 3, 4)], times=1)

    assert run(scene) == [[[2.0]], [[4.0]], [[6.0]], [[8.0]]]
    assert _sizes(model) == [1, 3]


def test_batches_do_not_wait_where_callers_do_not_come_back(monkeypatch):
    waits = []

    async def in_vain(future, _):
        waits[-1] = True
        raise asyncio.TimeoutError

    def request():
        return _Waiting(rows(1), None, numbers, "group", asyncio.get_running_loop().create_future())

    async def scene():
        linger = _Linger(100)
        for _ in range(20):
            waits.append(False)
            linger.after([request(), request()], [], seconds=1)
            await linger.wait([request()])

    monkeypatch.setattr("kedro_bind.serving.batching.asyncio.wait_for", in_vain)
    asyncio.run(scene())
    assert [number for number, waited in enumerate(waits) if waited] == [0, 2, 6, 14]
