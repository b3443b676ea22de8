"""Micro-batching: the rows of requests that wait, in one call of the model.

While one batch runs, requests queue; the next batch takes what is there. Nobody waits for a timer, so a lone caller
pays nothing. This mixes rows of different callers, so it is only for models that verification found to be row-wise.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.serving.decoder import Rows
from kedro_bind.serving.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from concurrent.futures import Executor

    from kedro_bind.serving.encoder import Encoded

    Predict = Callable[[Any, Mapping[str, Any] | None], Encoded]

__all__ = ["Batcher"]


@dataclass(frozen=True)
class _Waiting:
    """A request that waits for its body."""

    rows: Rows
    params: Mapping[str, Any] | None
    group: Hashable
    body: asyncio.Future[bytes]


class Batcher:
    """Predicts for many callers at once; to be used from one event loop.

    `predict` runs in a thread of `executor`, one batch at a time.
    """

    def __init__(self, predict: Predict, executor: Executor, *, max_rows: int, max_queue: int) -> None:
        self._predict = predict
        self._executor = executor
        self._max_rows = max_rows
        self._max_queue = max_queue
        self._queue: deque[_Waiting] = deque()
        self._running: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._queue)

    async def predict(self, rows: Rows, params: Mapping[str, Any] | None) -> bytes:
        """Return the body of the answer for a request's rows.

        Raises:
            RequestError: too many requests wait already.
            Exception: whatever the model raises for these rows.
        """
        if len(self._queue) >= self._max_queue:
            raise RequestError(503, "TEMPORARILY_UNAVAILABLE", "too many requests are waiting", retry_after=1)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(rows, params, _group(rows, params), loop.create_future())
        self._queue.append(waiting)
        if self._running is None:
            self._running = loop.create_task(self._run())
        try:
            return await waiting.body
        except asyncio.CancelledError:  # the caller has gone
            waiting.body.cancel()
            raise

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while batch := self._next():
                await loop.run_in_executor(self._executor, _answer, self._predict, batch, loop)
        finally:
            self._running = None

    def _next(self) -> list[_Waiting]:
        """Take the oldest request, and all that can share a call with it, up to the most rows."""
        batch: list[_Waiting] = []
        kept: deque[_Waiting] = deque()
        count = 0
        while self._queue:
            waiting = self._queue.popleft()
            if waiting.body.cancelled():
                continue
            fits = not batch or (waiting.group == batch[0].group and count + waiting.rows.count <= self._max_rows)
            if fits:
                batch.append(waiting)
                count += waiting.rows.count
            else:
                kept.append(waiting)
            if batch[0].group is None or count >= self._max_rows:
                break
        kept.extend(self._queue)
        self._queue = kept
        return batch


def _group(rows: Rows, params: Mapping[str, Any] | None) -> Hashable:
    """Return what requests must have in common to share a call; `None` for one that shares with none."""
    if rows.layout is None:
        return None
    return (rows.layout, repr(sorted(params.items())) if params else "")


def _answer(predict: Predict, batch: Sequence[_Waiting], loop: asyncio.AbstractEventLoop) -> None:
    """Predict for a batch, in a thread; if that fails, for each request alone: only the culprit gets the error."""
    results: list[tuple[_Waiting, bytes | Exception]] = []
    try:
        encoded = predict(Rows.joined([waiting.rows for waiting in batch]), batch[0].params)
        if len(batch) == 1:
            results.append((batch[0], encoded.body()))
        else:
            results += zip(batch, _parts(encoded, batch), strict=True)
    except Exception as error:  # noqa: BLE001 - a model may fail with any error
        if len(batch) == 1:
            results.append((batch[0], error))
        else:
            for waiting in batch:
                _answer(predict, [waiting], loop)
            return
    loop.call_soon_threadsafe(_deliver, results)


def _parts(encoded: Encoded, batch: Sequence[_Waiting]) -> list[bytes]:
    if len(encoded.values) != sum(waiting.rows.count for waiting in batch):
        raise ValueError("the model did not return one prediction for each row")
    bodies, start = [], 0
    for waiting in batch:
        stop = start + waiting.rows.count
        bodies.append(encoded.body(start, stop))
        start = stop
    return bodies


def _deliver(results: Sequence[tuple[_Waiting, bytes | Exception]]) -> None:
    for waiting, result in results:
        if waiting.body.done():  # cancelled meanwhile
            continue
        if isinstance(result, Exception):
            waiting.body.set_exception(result)
        else:
            waiting.body.set_result(result)
