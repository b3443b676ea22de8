"""The bound runs under way in this process, and what becomes of one that Kedro never ends.

Kedro tells its hooks of an `Exception` only: after Ctrl-C, or `sys.exit` in a node, no hook is called, and MLflow would
end the run as FINISHED when the process ends, or leave it open in a notebook.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from kedro_bind.bound_run import BoundRun

__all__ = ["OpenRuns", "open_runs"]

_NOT_KEDRO = ("pluggy", "kedro_bind")


class _Open(NamedTuple):
    run: BoundRun
    frame: FrameType | None


class OpenRuns:
    """The bound runs that have begun and not ended, by Kedro's id of the run.

    `interrupted` says that some have ended as no hook of Kedro tells.
    """

    def __init__(self) -> None:
        self._runs: dict[str, _Open] = {}
        self._process: int | None = None
        self.interrupted = False

    def __contains__(self, key: str) -> bool:
        return key in self._runs

    def add(self, key: str, run: BoundRun) -> None:
        """Keep a run until it is taken; what is left when the process ends, ends then."""
        if self._process != os.getpid():
            self._process = os.getpid()
            # MLflow is imported by now: what is registered last is called first.
            atexit.register(self.end_all)
        self._runs[key] = _Open(run, _calling_frame())

    def take(self, key: str) -> None:
        """Forget a run that its hooks end."""
        self._runs.pop(key, None)

    def end_interrupted(self) -> None:
        """End as KILLED the runs of which Kedro's own call is on the stack of no thread any more."""
        running = {id(frame) for frame in _all_frames()}
        for key, (run, frame) in list(self._runs.items()):
            if frame is None or id(frame) not in running:
                del self._runs[key]
                self._kill(run)

    def end_all(self) -> None:
        """End as KILLED all runs that are left; those of another process are its own."""
        while self._runs and self._process == os.getpid():
            self._kill(self._runs.popitem()[1].run)

    @contextmanager
    def kill_if_interrupted(self, run: BoundRun) -> Iterator[None]:
        """End a run as KILLED if Ctrl-C comes in a hook."""
        try:
            yield
        except Exception:
            raise
        except BaseException:
            self._kill(run)
            raise

    def _kill(self, run: BoundRun) -> None:
        self.interrupted = True
        run.kill()


open_runs = OpenRuns()


def _calling_frame() -> FrameType | None:
    """Find the frame of Kedro's session, which called the hook that we are in."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_NOT_KEDRO):
        frame = frame.f_back
    return frame


def _all_frames() -> Iterator[FrameType]:
    for frame in sys._current_frames().values():
        each: FrameType | None = frame
        while each is not None:
            yield each
            each = each.f_back
