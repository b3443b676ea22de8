"""Progress of a long run: a bar on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Rate", "progress"]

_SECONDS = 10.0
"""How far lines are apart."""


@dataclass
class Rate:
    """How far a run is, and how fast: `scored` of `total` rows are done, `before` of them by an earlier run."""

    total: int
    before: int = 0
    scored: int = 0
    started: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        seconds = max(time.monotonic() - self.started, 1e-9)
        rows_per_second = (self.scored - self.before) / seconds
        left = (self.total - self.scored) / rows_per_second if rows_per_second else None
        ends = "" if left is None else f", {_duration(left)} left"
        return f"{self.scored:,} of {self.total:,} rows, {rows_per_second:,.0f} rows/s{ends}"


@contextmanager
def progress(total: int, before: int = 0) -> Iterator[Callable[[int], None]]:
    """Show progress on standard error, and yield what adds rows to it; nothing is shown of what takes a moment."""
    rate = Rate(total, before, before)
    if sys.stderr is not None and sys.stderr.isatty():
        with _bar(rate) as add:
            yield add
    else:
        yield _lines(rate)


def _lines(rate: Rate) -> Callable[[int], None]:
    last = rate.started

    def add(rows: int) -> None:
        nonlocal last
        rate.scored += rows
        if time.monotonic() - last >= _SECONDS:
            last = time.monotonic()
            click.echo(str(rate), err=True)

    return add


@contextmanager
def _bar(rate: Rate) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    with Progress(BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(str(rate), total=rate.total, completed=rate.scored)

        def add(rows: int) -> None:
            rate.scored += rows
            bar.update(task, completed=rate.scored, description=str(rate))

        yield add


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
