from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.requests import read_body, unless_disconnected


def request(*messages, length=None):
    """Return a request whose client sends messages and then waits."""
    rest = iter(messages)

    async def receive():
        message = next(rest, None)
        return await asyncio.Event().wait() if message is None else message

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return Request({"type": "http", "headers": headers}, receive), rest


def part(body, *, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


def test_a_prediction_nobody_waits_for_is_given_up():
    cancelled = []

    async def predict():
        try:
            return await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def scene():
        response = await unless_disconnected(request(GONE)[0], predict())
        await asyncio.sleep(0)
        return response

    assert asyncio.run(scene()).status_code == 499
    assert cancelled == [True]


def test_a_client_that_waits_gets_its_response():
    async def predict():
        return Response(b"1")

    async def scene():
        return await unless_disconnected(request()[0], predict())

    assert asyncio.run(scene()).body == b"1"


@pytest.mark.parametrize("length", [None, 15])
def test_the_rest_of_a_body_that_is_too_large_is_read_before_it_is_refused(length):
    asked, rest = request(part(b"12345"), part(b"12345"), part(b"12345", more=False), length=length)
    with pytest.raises(RequestError, match="larger than 8 bytes"):
        asyncio.run(read_body(asked, 8))
    assert list(rest) == []


def test_the_last_part_of_a_body_may_be_what_is_too_large():
    asked, _ = request(part(b"12345"), part(b"12345", more=False))
    with pytest.raises(RequestError, match="larger than 8 bytes"):
        asyncio.run(read_body(asked, 8))


def test_a_body_that_is_far_too_large_is_refused_at_once():
    asked, rest = request(part(b"12345"), length=10_000)
    with pytest.raises(RequestError, match="larger than 8 bytes"):
        asyncio.run(read_body(asked, 8))
    assert len(list(rest)) == 1


def test_a_client_that_goes_while_it_sends_is_no_error_of_the_server():
    with pytest.raises(ClientDisconnect):
        asyncio.run(read_body(request(part(b"1"), GONE)[0], 8))
