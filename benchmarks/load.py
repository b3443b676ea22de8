"""Load on a served model, from a process of its own.

Usage: load.py PORT CONNECTIONS SECONDS BODY. Sends the request of the file BODY over open connections for some
seconds and prints how it went. With `--check COUNT`, sends COUNT requests, each with its own value of the
parameter `threshold`, and counts the answers that belong to another one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HEADERS = ("POST /invocations HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json")


@dataclass
class Tally:
    """What came back."""

    seconds: list[float] = field(default_factory=list)
    right: int = 0
    wrong: int = 0
    failed: int = 0


class Connection:
    """One open HTTP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Send a request, give the status and the body of its answer."""
        head_lines = (*_HEADERS, f"Content-Length: {len(body)}", "", "")
        self._writer.write("\r\n".join(head_lines).encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:"))
        return int(lines[0].split()[1]), await self._reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def press(port: int, connections: int, seconds: float, body: bytes) -> Tally:
    """Keep all connections busy for some seconds."""
    tally = Tally()
    end = time.perf_counter() + seconds

    async def keep_busy() -> None:
        connection = await Connection.open(port)
        while (began := time.perf_counter()) < end:
            status, _ = await connection.post(body)
            tally.seconds.append(time.perf_counter() - began)
            if status != 200:
                tally.failed += 1
        connection.close()

    await asyncio.gather(*(keep_busy() for _ in range(connections)))
    return tally


async def check(port: int, connections: int, count: int, body: bytes) -> Tally:
    """Send requests that differ in their parameter, and compare each answer with its own."""
    tally = Tally()
    request: dict[str, Any] = json.loads(body)
    first = await Connection.open(port)
    base = _score((await first.post(_with(request, 0.0)))[1])
    first.close()
    values = iter(range(1, count + 1))

    async def work() -> None:
        connection = await Connection.open(port)
        for value in values:
            began = time.perf_counter()
            status, answer = await connection.post(_with(request, float(value)))
            tally.seconds.append(time.perf_counter() - began)
            if status != 200:
                tally.failed += 1
            elif abs(_score(answer) - (base - value)) < 1e-6:
                tally.right += 1
            else:
                tally.wrong += 1
        connection.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return tally


def _with(request: dict[str, Any], threshold: float) -> bytes:
    return json.dumps({**request, "params": {"threshold": threshold}}).encode()


def _score(answer: bytes) -> float:
    return float(json.loads(answer)["predictions"][0]["score"])


def main() -> None:
    """Press or check, and print the tally."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("body", type=Path)
    parser.add_argument("--check", type=int)
    given = parser.parse_args()
    body = given.body.read_bytes()
    began = time.perf_counter()
    if given.check:
        tally = asyncio.run(check(given.port, given.connections, given.check, body))
    else:
        tally = asyncio.run(press(given.port, given.connections, given.seconds, body))
    took = time.perf_counter() - began
    times = sorted(tally.seconds)
    print(
        json.dumps(
            {
                "requests": len(times),
                "rate": len(times) / took,
                "p50_ms": 1e3 * times[len(times) // 2],
                "p99_ms": 1e3 * times[min(len(times) - 1, int(0.99 * len(times)))],
                "right": tally.right,
                "wrong": tally.wrong,
                "failed": tally.failed,
            }
        )
    )


if __name__ == "__main__":
    main()
