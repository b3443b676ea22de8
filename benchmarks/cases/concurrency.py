"""Concurrent requests, each with its own parameter value: how many get an answer that belongs to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import variants
from driver import workers
from servers import serving

if TYPE_CHECKING:
    from projects import Workshop

AT_ONCE = 16
_CHOSEN = [variants.HAND_WRITTEN, variants.KEDRO_BIND, variants.KEDRO_MLFLOW_QUIET, variants.KEDRO_MLFLOW]


def run(workshop: Workshop) -> dict[str, Any]:
    """Count over HTTP, and with threads in one process; fewer with the large model, which takes long."""
    series = []
    for kind, count in (("small", workshop.scale.requests), ("forest", workshop.scale.requests // 10)):
        with serving(workshop, _CHOSEN, kind) as servers:
            http = {server.name: server.check(AT_ONCE, count) for server in servers}
        with workers(workshop, _CHOSEN, kind, 2) as started:
            threads = {
                worker.variant.name: worker.ask(do="concurrent", count=count, threads=AT_ONCE) for worker in started
            }
        series.append({"kind": kind, "requests": count, "at_once": AT_ONCE, "http": http, "threads": threads})
    return {"series": series}
