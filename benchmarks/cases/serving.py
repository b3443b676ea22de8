"""Serve a model over HTTP: rate, latency and memory at several numbers of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import variants
from servers import serving

if TYPE_CHECKING:
    from projects import Workshop

CONNECTIONS = (1, 4, 16)


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure: all servers run, one at a time has the load."""
    scale = workshop.scale
    series = []
    for kind in ("small", "forest"):
        chosen = [each for each in variants.of_model(2, kind) if each is not variants.CONTROL]
        with serving(workshop, chosen, kind) as servers:
            for server in servers:
                server.press(1, scale.serve_seconds / 3)
            for connections in CONNECTIONS:
                rounds = []
                for turn in range(scale.serve_rounds):
                    first = turn % len(servers)
                    rounds.append(
                        {
                            server.variant.name: server.press(connections, scale.serve_seconds)
                            for server in [*servers[first:], *servers[:first]]
                        }
                    )
                peaks = {server.variant.name: server.peak_kb() for server in servers}
                series.append({"kind": kind, "connections": connections, "rounds": rounds, "peak_kb": peaks})
    return {"series": series}
