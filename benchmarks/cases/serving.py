"""Serve a model over HTTP: rate, latency and memory at several numbers of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import variants
from driver import in_turn
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects import Workshop
    from scale import Scale
    from servers import ModelServerProcess

CONNECTIONS = (1, 4, 16)


def run(workshop: Workshop) -> dict[str, Any]:
    """Measure: all servers run, one at a time has the load; several times with servers of their own."""
    series = []
    for kind in ("small", "forest"):
        rounds: dict[int, list[dict[str, Any]]] = {connections: [] for connections in CONNECTIONS}
        peaks: dict[int, dict[str, int]] = {connections: {} for connections in CONNECTIONS}
        for _ in range(workshop.scale.serve_generations):
            with serving(workshop, variants.of_model(2, kind), kind) as servers:
                for server in servers:
                    server.press(1, workshop.scale.serve_seconds)  # warms up
                for connections in CONNECTIONS:
                    rounds[connections] += _rounds(servers, connections, workshop.scale)
                    for server in servers:
                        name = server.name
                        peaks[connections][name] = max(server.peak_kb(), peaks[connections].get(name, 0))
        series += [
            {"kind": kind, "connections": connection, "rounds": rounds[connection], "peak_kb": peaks[connection]}
            for connection in CONNECTIONS
        ]
    return {"series": series}


def _rounds(servers: Sequence[ModelServerProcess], connections: int, scale: Scale) -> list[dict[str, Any]]:
    return [
        {
            server.name: server.press(connections, scale.serve_seconds)
            for server in in_turn(servers, turn, scale.serve_rounds)
        }
        for turn in range(scale.serve_rounds)
    ]
