"""Many connections, clients with parameters of their own, faults among them, and whatever fits our own description."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.integration.serving.requests_corpus import ROW
from tests.servers import free_port, listeners, serve_command, serving

pytestmark = pytest.mark.slow
HEADERS = {"Content-Type": "application/json"}
FAULTS = [
    (b"{", HEADERS, 400),
    (json.dumps({"dataframe_records": [{"spend": "x"}]}).encode(), HEADERS, 400),
    (json.dumps({"dataframe_records": [{**ROW, "region": "boom"}]}).encode(), HEADERS, 400),
    (json.dumps({"dataframe_records": [ROW], "params": {"top": "x"}}).encode(), HEADERS, 400),
    (b"spend", {"Content-Type": "text/plain"}, 415),
]


@pytest.fixture(scope="module")
def loaded(logged, server_environment, tmp_path_factory):
    """The address of a server of its own, and its log."""
    folder = tmp_path_factory.mktemp("load")
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = serve_command("models:/people/1", "--batch", f"--port={port}")
    with serving(command, f"{address}/health", folder, server_environment):
        yield address, folder / "server.log"


@dataclass
class Tally:
    """What came back."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)


async def ask(session, address, number, tally):
    """Send a request with a parameter of its own, or a fault, and compare the response."""
    if number % 7 == 0:
        body, headers, status = FAULTS[number // 7 % len(FAULTS)]
        async with session.post(f"{address}/invocations", data=body, headers=headers) as response:
            if response.status != status:
                tally.wrong.append(f"{response.status} for {body!r}")
            return
    content = {"dataframe_records": [{**ROW, "spend": float(number)}], "params": {"mark": str(number)}}
    async with session.post(f"{address}/invocations", json=content) as response:
        text = await response.text()
        if response.status == 200 and json.loads(text)["predictions"][0]["region"] == f"north{number}":
            tally.right += 1
        else:
            tally.wrong.append(f"{response.status}: {text[:200]}")


async def press(address, clients, until):
    """Have clients ask all the time, each on a connection of its own, while `until` says so."""
    tally, numbers = Tally(), itertools.count()
    connector = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(120)) as session:

        async def client():
            while until(tally):
                await ask(session, address, next(numbers), tally)

        await asyncio.gather(*(client() for _ in range(clients)))
    return tally


async def at_once(address, connections):
    """Open connections, and send a request on each of them once all are open."""
    host, _, port = address.removeprefix("http://").partition(":")
    opened = await asyncio.gather(*(asyncio.open_connection(host, int(port)) for _ in range(connections)))
    body = json.dumps({"dataframe_records": [ROW]}).encode()
    head = "POST /invocations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def exchange(reader, writer):
        writer.write(request)
        response = await reader.read()
        writer.close()
        return int(response.split(maxsplit=2)[1])

    return await asyncio.gather(*(exchange(*streams) for streams in opened))


def memory_kb(address):
    """Return the resident memory of the server."""
    lines = [line for pid in listeners(address) for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def test_clients_get_their_own_predictions_with_faults_among_them(loaded):
    address, log = loaded
    tally = asyncio.run(press(address, 16, lambda tally: tally.right < 600))
    assert tally.wrong == []
    assert "Traceback" not in log.read_text()


@pytest.mark.full
def test_ten_minutes_lose_no_request_and_leak_no_memory(loaded):
    address, _ = loaded
    asyncio.run(press(address, 16, lambda tally: tally.right < 5_000))  # caches and pools fill
    before, end = memory_kb(address), time.monotonic() + 600
    tally = asyncio.run(press(address, 16, lambda _: time.monotonic() < end))
    assert tally.wrong == []
    assert memory_kb(address) - before < 20_000, f"after {tally.right} requests"


def test_100_connections_at_once_get_predictions(loaded):
    assert set(asyncio.run(at_once(loaded[0], 100))) == {200}


@pytest.mark.full
def test_1000_connections_at_once_get_predictions(loaded):
    assert set(asyncio.run(at_once(loaded[0], 1_000))) <= {200, 503}
    assert set(asyncio.run(at_once(loaded[0], 1))) == {200}


def conformance(address, examples):
    """Send requests made from our description, and check that each status is one that it lists, and none a 5xx."""
    from hypothesis import HealthCheck, Phase, given, settings

    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    for result in schema.get_all_operations():
        operation = result.ok()
        fitting = operation.as_strategy()
        unfitting = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

        @settings(
            max_examples=examples,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
            derandomize=True,
        )
        @given(case=fitting | unfitting)
        def run(case):
            case.call_and_validate(checks=[not_a_server_error, status_code_conformance])

        run()


def test_what_is_made_from_our_description_gets_what_it_describes(loaded):
    conformance(loaded[0], 25)


@pytest.mark.full
def test_much_that_is_made_from_our_description_gets_what_it_describes(loaded):
    conformance(loaded[0], 1_000)
