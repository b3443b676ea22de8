"""How long MLflow is waited for, and a line whenever it is."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from kedro_bind.redaction import current_redactions, get_logger, redacting
from kedro_bind.store_errors import what_is_wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Retries", "patience"]

logger = get_logger(__name__)

_RETRIES, _FACTOR = "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"
_ALIVE_SECONDS = 30.0
_active: list[Retries] = []


@contextmanager
def patience(doing: str, *, retries: int = 6) -> Iterator[Retries]:
    """Let MLflow try a request again that fails, so many times, and say so each time.

    It waits 0, 2, 4, 8… seconds: a minute for 6 retries. That minute is for all that is done here: once it is
    used up, the store counts as gone, and nothing waits for it any more. MLflow's own default is 4 minutes of
    silence for each request. What the environment says about it stays as it is. A line tells every half
    minute that this is still under way, since a server that hangs, a large upload and other kinds of
    stores say nothing.
    """
    if _active:
        yield _active[0]  # within another one, which goes on
        return
    with ExitStack() as stack:
        own = not (_RETRIES in os.environ or _FACTOR in os.environ)
        if own:
            os.environ.update({_RETRIES: str(retries), _FACTOR: "1"})
            stack.callback(lambda: [os.environ.pop(each, None) for each in (_RETRIES, _FACTOR)])
        told = Retries(2.0**retries - 2 if own else None)
        _active.append(told)
        stack.callback(_active.clear)
        stack.enter_context(_heard(told))
        stack.enter_context(_alive(doing))
        yield told


class Retries(logging.Handler):
    """Says that a request is tried again, when urllib3 tells its debug log so; `count` is how often it has."""

    def __init__(self, most_seconds: float | None) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0
        self._left = most_seconds
        self._redactions = current_redactions()  # MLflow uploads in threads of its own

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, and let nothing be tried again once the time is used up."""
        retry: Any = record.args[-1] if isinstance(record.args, tuple) and record.args else None
        history = getattr(retry, "history", None)
        if not history:
            return
        self.count += 1
        wait = retry.get_backoff_time()
        when = f"in {wait:.0f} s" if wait >= 1 else "now"
        problem = what_is_wrong(history[-1].error, history[-1].status)
        with redacting(*self._redactions):
            logger.warning(
                "kedro_bind: MLflow: %s; trying again %s (try %d of %d)",
                problem,
                when,
                len(history) + 1,
                len(history) + retry.total + 1,
            )
        if self._left is not None:
            self._left -= wait
            if self._left <= 0:
                os.environ[_RETRIES] = "0"


@contextmanager
def _heard(handler: logging.Handler) -> Iterator[None]:
    """Listen to urllib3's retries instead of showing them; there is no other public way to hear of each."""
    retries, pool = logging.getLogger("urllib3.util.retry"), logging.getLogger("urllib3.connectionpool")
    before = (retries.level, retries.propagate, pool.level)
    retries.setLevel(logging.DEBUG)
    retries.propagate = False
    pool.setLevel(logging.ERROR)
    retries.addHandler(handler)
    try:
        yield
    finally:
        retries.removeHandler(handler)
        retries.setLevel(before[0])
        retries.propagate = before[1]
        pool.setLevel(before[2])


@contextmanager
def _alive(doing: str) -> Iterator[None]:
    """Say every half minute that something is still under way."""
    done, begun = threading.Event(), time.monotonic()

    def tell() -> None:
        while not done.wait(_ALIVE_SECONDS):
            logger.info("kedro_bind: still %s, for %.0f s now", doing, time.monotonic() - begun)

    thread = threading.Thread(target=tell, name="kedro-bind-alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
