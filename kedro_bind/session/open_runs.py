"""The bound runs under way in this process, and the end of one that was interrupted.

Kedro calls a hook after an `Exception` only (seen in Kedro 1.7). After Ctrl-C, or `sys.exit` in a node, no hook is
called, and MLflow would end the run as FINISHED when the process ends, or leave it open in a notebook.
"""

from __future__ import annotations

import atexit
import inspect
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kedro_bind.process.termination import release_frames, termination

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from kedro_bind.session.bound_run import StartedRun

__all__ = ["OpenRuns", "open_runs"]

_NOT_KEDRO = ("pluggy", "kedro_bind")


class _Open(NamedTuple):
    run: StartedRun
    catalog: Any  # kept, so that no other object gets its id
    frame: FrameType | None
    watched: bool


class OpenRuns:
    """The bound runs that have started and not ended, by their catalogs.

    `interrupted` is whether one of them was ended here, since Kedro called no hook for it.
    """

    def __init__(self) -> None:
        self._runs: dict[int, _Open] = {}
        self._process: int | None = None
        self.interrupted = False

    def of(self, catalog: Any) -> StartedRun | None:
        """Return the run that a catalog belongs to, if there is one."""
        entry = self._runs.get(id(catalog))
        return entry.run if entry is not None and self._process == os.getpid() else None

    def add(self, catalog: Any, run: StartedRun, watched: bool) -> None:  # noqa: FBT001 - what `begin` returned
        """Keep a run until it is taken; a run that is never taken ends with the process.

        `watched` is whether SIGTERM is handled for this run.
        """
        if self._process != os.getpid():
            self._process = os.getpid()
            self._runs.clear()  # those of the process that this one was forked from
            # MLflow has registered its own exit handler by now; the one that is registered last is called first.
            atexit.register(self.end_all)
        self._runs[id(catalog)] = _Open(run, catalog, _calling_frame(), watched)

    def take(self, catalog: Any) -> None:
        """Forget a run that has ended."""
        entry = self._runs.pop(id(catalog), None)
        if entry is not None and entry.watched:
            termination.end()

    @termination.uninterrupted()
    def end_interrupted(self) -> None:
        """End as KILLED the runs whose call in Kedro is no longer on the stack of any thread."""
        if not self._runs or self._process != os.getpid():
            return
        running = {id(frame) for frame in _all_frames()}
        for entry in list(self._runs.values()):
            if entry.frame is None or id(entry.frame) not in running:
                self._end(entry)

    @termination.uninterrupted()
    def end_all(self) -> None:
        """End as KILLED all remaining runs of this process."""
        while self._runs and self._process == os.getpid():
            self._end(next(iter(self._runs.values())))

    @contextmanager
    def kill_if_interrupted(self, run: StartedRun) -> Iterator[None]:
        """End a run as KILLED if Ctrl-C or SIGTERM interrupts the block."""
        try:
            yield
        except Exception:
            raise
        except BaseException as error:
            release_frames(error)
            self._kill(run)
            raise

    def _end(self, entry: _Open) -> None:
        try:
            self._kill(entry.run)
        finally:
            self.take(entry.catalog)

    @termination.uninterrupted()
    def _kill(self, run: StartedRun) -> None:
        from kedro_bind.session.run_end import kill

        self.interrupted = True
        kill(run)


open_runs = OpenRuns()


def _calling_frame() -> FrameType | None:
    """Return the frame of Kedro's session, which called the hook that is running."""
    frame = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_NOT_KEDRO):
        frame = frame.f_back
    return frame


def _all_frames() -> Iterator[FrameType]:
    for innermost in sys._current_frames().values():  # noqa: SLF001 - documented; CPython has no other way
        frame: FrameType | None = innermost
        while frame is not None:
            yield frame
            frame = frame.f_back
