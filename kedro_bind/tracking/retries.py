"""Let MLflow retry failed requests for a limited time, and log each retry."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from kedro_bind.process.environment import set_variable, variable_of_others
from kedro_bind.process.quiet import quiet
from kedro_bind.redaction import current_redactions, get_logger, redacting
from kedro_bind.store_errors import describe_request_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Retries", "retrying"]

logger = get_logger(__name__)

_RETRIES, _FACTOR = "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"
_PROGRESS_SECONDS = 30.0
_active: dict[int, Retries] = {}
"""The handlers in use, by thread."""
_lock = threading.Lock()


@contextmanager
def retrying(activity: str, *, retries: int = 6) -> Iterator[Retries]:
    """Let MLflow retry each failed request within the block, and log each retry.

    It waits 0, 2, 4, 8… seconds, which makes a minute for 6 retries. All requests of the block share that minute: once
    it is used up, nothing is retried any more. By default, MLflow retries each request for 4 minutes, silently. If the
    environment configures retries, that configuration is used. Every half minute a line says that the activity goes on,
    since hanging servers, large uploads and other kinds of stores are silent.
    """
    thread = threading.get_ident()
    if thread in _active:
        yield _active[thread]  # within another block, which continues
        return
    with ExitStack() as stack:
        own = all(variable_of_others(name) is None for name in (_RETRIES, _FACTOR))
        if own:
            stack.callback(set_variable(_RETRIES, str(retries)))
            stack.callback(set_variable(_FACTOR, "1"))
        handler = Retries(2.0**retries - 2 if own else None, stack)
        _active[thread] = handler
        stack.callback(_active.pop, thread)
        stack.enter_context(_listening(handler))
        stack.enter_context(_progress(activity))
        yield handler


class Retries(logging.Handler):
    """Logs each retry that urllib3 reports in its debug log; `count` is the number of retries so far."""

    def __init__(self, most_seconds: float | None, at_end: ExitStack) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0
        self._left, self._at_end = most_seconds, at_end
        self._redactions = current_redactions()  # for uploads, which MLflow makes in other threads

    def emit(self, record: logging.LogRecord) -> None:
        """Log a retry, and allow no more of them once the time is used up."""
        retry: Any = record.args[-1] if isinstance(record.args, tuple) and record.args else None
        history = getattr(retry, "history", None)
        # A request of any other thread, such as one of MLflow's for uploads, is reported by every handler.
        if not history or _active.get(record.thread or 0, self) is not self:
            return
        self.count += 1
        wait = retry.get_backoff_time()
        when = f"in {wait:.0f} s" if wait >= 1 else "now"
        problem = describe_request_failure(history[-1].error, history[-1].status)
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
                self._at_end.callback(set_variable(_RETRIES, "0"))


@contextmanager
def _listening(handler: logging.Handler) -> Iterator[None]:
    """Pass urllib3's log of retries to a handler instead of showing it, since MLflow (3.17) has no hook for retries."""
    retries = logging.getLogger("urllib3.util.retry")
    with quiet(retries.name, logging.DEBUG), quiet("urllib3.connectionpool", logging.ERROR):
        with _lock:
            retries.addHandler(handler)
            retries.propagate = False
        try:
            yield
        finally:
            with _lock:
                retries.removeHandler(handler)
                retries.propagate = not any(isinstance(other, Retries) for other in retries.handlers)


@contextmanager
def _progress(activity: str) -> Iterator[None]:
    """Log every half minute that an activity is still under way."""
    done, start = threading.Event(), time.monotonic()

    def log() -> None:
        while not done.wait(_PROGRESS_SECONDS):
            logger.info("kedro_bind: still %s, for %.0f s now", activity, time.monotonic() - start)

    thread = threading.Thread(target=log, name="kedro-bind-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
