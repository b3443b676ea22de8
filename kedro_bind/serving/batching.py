"""Micro-batching: the rows of requests that wait, in one call of the model.

While one batch runs, requests queue; the next batch takes what is there. Callers often ask again as soon as they have
their response. If the next batch did not wait for them, they would split into two groups that take turns, each waiting
for the batch of the other. So a batch lingers for a moment until as many requests wait as there were callers in the
last one. A batch after one with a single caller never does.

This mixes rows of different callers, so it is only for models that verification found to be row-wise.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.serving.decoder import Rows
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.predictions import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from concurrent.futures import Executor

    from kedro_bind.serving.predictions import Predictions, Write

    Predict = Callable[[Any, Mapping[str, Any] | None], Predictions]

__all__ = ["Batcher"]

_LINGER = 0.25
"""How long a batch waits for callers to come back, as a part of the time of the last batch."""
_MOST_SECONDS = 0.05
"""How long it waits at most."""
_MOST_SKIPPED = 31
"""How many batches in a row do not wait, after waits in which few came back."""


@dataclass(frozen=True)
class _Waiting:
    """A request that waits for its response."""

    rows: Rows
    params: Mapping[str, Any] | None
    write: Write
    group: Hashable
    response: asyncio.Future[Any]


@dataclass
class _Missing:
    """Requests that a batch waits for; `room` is the number of rows that it has left for them."""

    group: Hashable
    count: int
    room: int
    none_left: asyncio.Future[None]

    def arrived(self, waiting: _Waiting) -> None:
        """Take note of a request."""
        if waiting.group == self.group:
            self.count -= 1
            self.room -= waiting.rows.count
            if (self.count <= 0 or self.room <= 0) and not self.none_left.done():
                self.none_left.set_result(None)


class _Linger:
    """Waits for the callers of the last batch to ask again, as long as that is worth it.

    If fewer than half of those that were missing come back, as with callers that are independent of each other, the
    next batch does not wait, then the next three, and so on.
    """

    def __init__(self, max_rows: int) -> None:
        self._max_rows = max_rows
        self._group: Hashable = None
        self._callers = 0
        self._until = 0.0
        self._to_skip = self._skipping = 0
        self._missing: _Missing | None = None

    def after(self, batch: Sequence[_Waiting], queue: Iterable[_Waiting], seconds: float) -> None:
        """Take note of a batch that has its responses, after so many seconds, and of what queues."""
        self._group = batch[0].group
        self._callers = len(batch) + len(self._of_group(queue))
        self._until = asyncio.get_running_loop().time() + min(_LINGER * seconds, _MOST_SECONDS)

    def arrived(self, waiting: _Waiting) -> None:
        """Take note of a request that queues."""
        if self._missing is not None:
            self._missing.arrived(waiting)

    async def wait(self, queue: Iterable[_Waiting]) -> None:
        """Wait until the callers of the last batch are back, if they are expected."""
        loop = asyncio.get_running_loop()
        oldest = next((waiting for waiting in queue if not waiting.response.cancelled()), None)
        if oldest is None or oldest.group is None or oldest.group != self._group:
            return
        here = self._of_group(queue)
        missing = self._callers - len(here)
        room = self._max_rows - sum(waiting.rows.count for waiting in here)
        seconds = self._until - loop.time()
        if missing <= 0 or room <= 0 or seconds <= 0:
            return
        if self._to_skip:
            self._to_skip -= 1
            return
        self._missing = awaited = _Missing(self._group, missing, room, loop.create_future())
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(awaited.none_left, seconds)
        self._missing = None
        is_worth_it = awaited.room <= 0 or 2 * awaited.count <= missing
        self._skipping = 0 if is_worth_it else min(2 * self._skipping + 1, _MOST_SKIPPED)
        self._to_skip = self._skipping

    def _of_group(self, queue: Iterable[_Waiting]) -> list[_Waiting]:
        return [waiting for waiting in queue if waiting.group == self._group and not waiting.response.cancelled()]


class Batcher:
    """Predicts for many callers at once; to be used from one event loop.

    `predict` runs in a thread of `executor`, one batch at a time. `accept`, if there is one, has looked at the rows of
    each request before. `observe` gets the number of rows of each batch.
    """

    def __init__(
        self,
        predict: Predict,
        executor: Executor,
        *,
        max_rows: int,
        max_queue: int,
        accept: Callable[[Rows], Rows] | None = None,
        observe: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._predict = predict
        self._executor = executor
        self._max_rows = max_rows
        self._max_queue = max_queue
        self._accept = accept
        self._accepting = 0
        self._observe = observe
        self._queue: deque[_Waiting] = deque()
        self._linger = _Linger(max_rows)
        self._running: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._queue)

    async def predict(self, rows: Rows, params: Mapping[str, Any] | None, write: Write) -> Any:
        """Return what `write` makes of the predictions for a request's rows.

        Raises:
            RequestError: too many requests wait already.
            Exception: whatever the model raises for these rows, `accept` as well, or `write` for their predictions.
        """
        if len(self._queue) + self._accepting >= self._max_queue:
            raise RequestError(503, "TEMPORARILY_UNAVAILABLE", "too many requests are waiting", retry_after=1)
        loop = asyncio.get_running_loop()
        if self._accept is not None:
            self._accepting += 1
            try:
                rows = await loop.run_in_executor(self._executor, self._accept, rows)
            finally:
                self._accepting -= 1
        waiting = _Waiting(rows, params, write, _group(rows, params), loop.create_future())
        self._queue.append(waiting)
        self._linger.arrived(waiting)
        if self._running is None:
            self._running = loop.create_task(self._run())
        try:
            return await waiting.response
        except asyncio.CancelledError:  # the caller has gone
            waiting.response.cancel()
            raise

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._linger.wait(self._queue)
                if not (batch := self._next()):
                    return
                self._observe(sum(waiting.rows.count for waiting in batch))
                started = loop.time()
                results = await loop.run_in_executor(self._executor, _responses, self._predict, batch)
                for waiting, result in zip(batch, results, strict=True):
                    _deliver(waiting.response, result)
                self._linger.after(batch, self._queue, loop.time() - started)
        finally:
            self._running = None

    def _next(self) -> list[_Waiting]:
        """Take the oldest request, and all that can share a call with it, up to the most rows."""
        batch: list[_Waiting] = []
        kept: deque[_Waiting] = deque()
        count = 0
        while self._queue and count < self._max_rows:
            waiting = self._queue.popleft()
            if waiting.response.cancelled():
                continue
            joins = not batch or (
                waiting.group is not None
                and waiting.group == batch[0].group
                and count + waiting.rows.count <= self._max_rows
            )
            if joins:
                batch.append(waiting)
                count += waiting.rows.count
            else:
                kept.append(waiting)
        kept.extend(self._queue)
        self._queue = kept
        return batch


def _group(rows: Rows, params: Mapping[str, Any] | None) -> Hashable:
    """Return what requests must have in common to share a call; `None` for one that shares with none."""
    if rows.layout is None:
        return None
    return (rows.layout, repr(sorted(params.items())) if params else "")


def _responses(predict: Predict, batch: Sequence[_Waiting]) -> list[Any]:
    """Predict for a batch, in a thread; if that fails, for each request alone: the others are not at fault."""
    try:
        predictions = predict(Rows.joined([waiting.rows for waiting in batch]), batch[0].params)
        if len(batch) == 1:
            return [batch[0].write(predictions.whole)]
        if len(predictions) != sum(waiting.rows.count for waiting in batch):
            raise ValueError("the model did not return one prediction for each row")  # noqa: TRY301 - as if it failed
    except Exception as error:  # noqa: BLE001 - a model may fail with any error
        if len(batch) == 1:
            return [error]
        return [response for waiting in batch for response in _responses(predict, [waiting])]
    responses, start = [], 0
    for waiting in batch:
        stop = start + waiting.rows.count
        responses.append(_written(waiting.write, Part(predictions, start, stop)))
        start = stop
    return responses


def _written(write: Write, part: Part) -> Any:
    try:
        return write(part)
    except Exception as error:  # noqa: BLE001 - what fails for one caller must not fail for the others
        return error


def _deliver(response: asyncio.Future[Any], result: Any) -> None:
    if response.done():  # cancelled meanwhile
        return
    if isinstance(result, Exception):
        response.set_exception(result)
    else:
        response.set_result(result)
