"""Let SIGTERM end a bound run as Ctrl-C does.

Without a handler for that signal, Python ends at once, so an eviction would leave the MLflow run RUNNING, and temporary
folders behind. Only the main thread can set a handler, so a server that runs pipelines in other threads keeps its own.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Terminated", "Termination", "release_frames", "termination"]


class Terminated(SystemExit):
    """The process received SIGTERM; its exit code is the one that shells use for that signal."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


class Termination:
    """The handler of SIGTERM, which is set from the first `begin` to the last `end`.

    `ending` is set within `uninterrupted`.
    """

    def __init__(self) -> None:
        self.ending = False
        self._runs = 0
        self._process: int | None = None
        self._received = False
        self._before: Any = None

    def begin(self) -> bool:
        """Handle the signal until `end`, which has to be called if this returns true."""
        if threading.current_thread() is not threading.main_thread():
            return False
        if self._process != os.getpid():
            self._process, self._runs = os.getpid(), 0
        if not self._runs:
            before = signal.getsignal(signal.SIGTERM)
            if before in (signal.SIG_IGN, None):  # ignored, or handled outside of Python
                return False
            self._received = self.ending = False
            self._before = before
            signal.signal(signal.SIGTERM, self._handle)
        self._runs += 1
        return True

    def end(self) -> None:
        """Restore the previous handler after the last run."""
        self._runs -= 1
        in_main = threading.current_thread() is threading.main_thread()
        # A handler that was set since may call ours, which then acts like the previous one.
        if not self._runs and in_main and signal.getsignal(signal.SIGTERM) == self._handle:
            signal.signal(signal.SIGTERM, self._before)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Handle the signal within the block."""
        begun = self.begin()
        try:
            yield
        finally:
            if begun:
                self.end()

    @contextmanager
    def kept_if_done(self) -> Iterator[bool]:
        """Handle the signal from now on or, if the block raises, within the block only."""
        begun = self.begin()
        try:
            yield begun
        except BaseException:
            if begun:
                self.end()
            raise

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """Let no signal interrupt the block, which ends runs; `raise_if_received` raises for it afterwards."""
        if threading.current_thread() is not threading.main_thread():  # signals interrupt the main thread alone
            yield
            return
        before, self.ending = self.ending, True
        try:
            yield
        finally:
            self.ending = before

    def raise_if_received(self) -> None:
        """Raise `Terminated` if the interrupted code has suppressed it, or could not be interrupted."""
        in_main = threading.current_thread() is threading.main_thread()
        if self._received and self._runs and not self.ending and in_main and self._process == os.getpid():
            raise Terminated

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self._runs or self._process != os.getpid():  # a forked process has nothing to end
            self._pass_on(number, frame)
            return
        self._received = True
        if self.ending:
            return
        if callable(self._before):
            self._before(number, frame)
        raise Terminated

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        if callable(self._before):
            self._before(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


termination = Termination()


def release_frames(error: BaseException) -> None:
    """Release what the frames of an interrupted call keep, so that the store can be written to.

    The frames of a query that Ctrl-C or SIGTERM has interrupted keep its connection, and with it SQLite's lock on the
    store. Those of an `Exception` stay as they are, for a debugger.
    """
    if not isinstance(error, Exception):
        traceback.clear_frames(error.__traceback__)
