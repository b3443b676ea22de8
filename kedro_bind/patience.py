"""How long MLflow is waited for, and a line whenever it is."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from kedro_bind.environment import set_variable, variable_of_others
from kedro_bind.quiet import quiet
from kedro_bind.redaction import current_redactions, get_logger, redacting
from kedro_bind.store_errors import what_is_wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Retries", "patience"]

logger = get_logger(__name__)

_RETRIES, _FACTOR = "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"
_ALIVE_SECONDS = 30.0
_active: dict[int, Retries] = {}
"""Those who wait, by thread."""
_lock = threading.Lock()


@contextmanager
def patience(doing: str, *, retries: int = 6) -> Iterator[Retries]:
    """Let MLflow try a request again that fails, so many times, and say so each time.

    It waits 0, 2, 4, 8… seconds: a minute for 6 retries. That minute is for all that is done here: once it is
    used up, the store counts as gone, and nothing waits for it any more. MLflow's own default is 4 minutes of
    silence for each request. What the environment says about it stays as it is. A line tells every half
    minute that this is still under way, since a server that hangs, a large upload and other kinds of
    stores say nothing.
    """
    thread = threading.get_ident()
    if thread in _active:
        yield _active[thread]  # within another one, which goes on
        return
    with ExitStack() as stack:
        own = all(variable_of_others(each) is None for each in (_RETRIES, _FACTOR))
        if own:
            stack.callback(set_variable(_RETRIES, str(retries)))
            stack.callback(set_variable(_FACTOR, "1"))
        told = Retries(2.0**retries - 2 if own else None, stack)
        _active[thread] = told
        stack.callback(_active.pop, thread)
        stack.enter_context(_heard(told))
        stack.enter_context(_alive(doing))
        yield told


class Retries(logging.Handler):
    """Says that a request is tried again, when urllib3 tells its debug log so; `count` is how often it has."""

    def __init__(self, most_seconds: float | None, at_end: ExitStack) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0
        self._left, self._at_end = most_seconds, at_end
        self._redactions = current_redactions()  # MLflow uploads in threads of its own

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, and let nothing be tried again once the time is used up."""
        retry: Any = record.args[-1] if isinstance(record.args, tuple) and record.args else None
        history = getattr(retry, "history", None)
        # A request of a thread that nobody waits in, such as one of MLflow's own for uploads, is anybody's.
        if not history or _active.get(record.thread or 0, self) is not self:
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
                self._at_end.callback(set_variable(_RETRIES, "0"))


@contextmanager
def _heard(handler: logging.Handler) -> Iterator[None]:
    """Listen to urllib3's retries instead of showing them; there is no other public way to hear of each."""
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
                retries.propagate = not any(isinstance(each, Retries) for each in retries.handlers)


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
