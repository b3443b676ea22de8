"""The bound runs under way in this process, and what becomes of one that Kedro never ends.

Kedro tells its hooks of an `Exception` only: after Ctrl-C, or `sys.exit` in a node, no hook is called, and MLflow would
end the run as FINISHED when the process ends, or leave it open in a notebook.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_bind.termination import termination

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from kedro_bind.bound_run import StartedRun

__all__ = ["OpenRuns", "open_runs"]

_NOT_KEDRO = ("pluggy", "kedro_bind")


class _Open(NamedTuple):
    run: StartedRun
    catalog: Any  # held, so that no other one gets its id
    frame: FrameType | None
    watched: bool


class OpenRuns:
    """The bound runs that have begun and not ended, by the catalog of each.

    `interrupted` says that some have ended as no hook of Kedro tells.
    """

    def __init__(self) -> None:
        self._runs: dict[int, _Open] = {}
        self._process: int | None = None
        self.interrupted = False

    def of(self, catalog: Any) -> StartedRun | None:
        """Return the run that a catalog is of, if there is one."""
        found = self._runs.get(id(catalog))
        return found.run if found is not None and self._process == os.getpid() else None

    def add(self, catalog: Any, run: StartedRun, watched: bool) -> None:  # noqa: FBT001 - what `begin` returned
        """Keep a run until it is taken; what is left when the process ends, ends then.

        `watched` says that SIGTERM is handled for this run.
        """
        if self._process != os.getpid():
            self._process = os.getpid()
            self._runs.clear()  # those of the process that this one was forked from
            # MLflow is imported by now: what is registered last is called first.
            atexit.register(self.end_all)
        self._runs[id(catalog)] = _Open(run, catalog, _calling_frame(), watched)

    def take(self, catalog: Any) -> None:
        """Forget a run that has ended."""
        found = self._runs.pop(id(catalog), None)
        if found is not None and found.watched:
            termination.end()

    def end_interrupted(self) -> None:
        """End as KILLED the runs of which Kedro's own call is on the stack of no thread any more."""
        if not self._runs or self._process != os.getpid():
            return
        running = {id(frame) for frame in _all_frames()}
        for found in list(self._runs.values()):
            if found.frame is None or id(found.frame) not in running:
                self._end(found)

    def end_all(self) -> None:
        """End as KILLED all runs that are left; those of another process are its own."""
        while self._runs and self._process == os.getpid():
            self._end(next(iter(self._runs.values())))

    @contextmanager
    def kill_if_interrupted(self, run: StartedRun) -> Iterator[None]:
        """End a run as KILLED if Ctrl-C or SIGTERM comes in a hook."""
        try:
            yield
        except Exception:
            raise
        except BaseException:
            self._kill(run)
            raise

    def _end(self, found: _Open) -> None:
        try:
            self._kill(found.run)
        finally:
            self.take(found.catalog)

    def _kill(self, run: StartedRun) -> None:
        from kedro_bind.run_end import kill

        self.interrupted = termination.ending = True
        kill(run)


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
