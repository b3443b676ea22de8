"""Whichever request of logging fails: nothing is lost or unfinished, and the command of the error completes it.

The requests of logging are recorded once. By default each kind of request fails, in one of four ways by turns; with
KEDRO_BIND_ALL_FAULTS=1, every request fails in every way.
"""

from __future__ import annotations

import itertools
import os
import re

import click
import pytest

from tests.recovery.faults import KINDS, Fault

pytestmark = pytest.mark.slow

ALL = os.getenv("KEDRO_BIND_ALL_FAULTS") == "1"
FEWEST = 24


def points(requests):
    """Choose the requests to fail: one of each kind, and of the uploads of a model's files only some."""
    if ALL:
        return [Fault(kind, at) for at in range(len(requests)) for kind in KINDS]
    uploads = [at for at, request in enumerate(requests) if "/artifacts/" in request and request.startswith("PUT")]
    # The last of each kind: it comes after what the earlier ones have done.
    last = {re.sub("[0-9a-f]{32}", "", request): at for at, request in enumerate(requests) if at not in uploads[1:-2]}
    chosen = sorted(last.values())
    kinds = itertools.cycle(KINDS)
    found = [Fault(next(kinds), at) for at in chosen]
    # A request that changes something on the server, and whose response is lost, is the hardest case.
    found += [Fault("lost", at) for at in chosen if not requests[at].startswith("GET")]
    return list(dict.fromkeys(found))


def test_logging_recovers_from_every_fault(scene):
    for _ in range(2):  # the first time it makes requests that it makes once in a process, or for a name
        assert scene.train() is None
    requests = list(scene.proxy.requests)
    expected = scene.predictions(scene.champion).to_json()
    last = next(at for at, request in enumerate(requests) if request.endswith("/alias"))
    faults = points(requests)
    assert len(faults) >= FEWEST
    wrong = []
    for fault in faults:
        try:
            check(scene, fault, expected, last)
        except AssertionError as error:
            wrong.append(f"{fault.kind} at {fault.at}: {requests[fault.at]}: {error}")
    assert not wrong, f"{len(wrong)} of {len(faults)}\n" + "\n\n".join(wrong)


def check(scene, fault, expected, last):
    before, versions = scene.champion, scene.versions
    error = scene.train(fault)
    assert isinstance(error, click.ClickException), error
    assert error.exit_code == 1
    assert "the server" in error.message, error.message
    assert error.command == f"kedro bind log churn --run-id={error.run_id}"
    stored = scene.files
    new = {version: whole for version, whole in scene.versions.items() if version not in versions}
    if scene.champion == before:
        assert not any(new.values()), new
    else:  # everything was done when the store failed: the model is in use, and predicts
        assert fault.at >= last, new
        assert scene.predictions(scene.champion).to_json() == expected

    result = scene.recover(error.command)
    assert result.exit_code == 0, result.output
    assert scene.files == stored
    assert scene.run(error.run_id).info.status == "FINISHED"
    assert all(scene.versions.values()), scene.versions
    assert scene.champion not in versions
    assert scene.predictions(scene.champion).to_json() == expected
    assert scene.unfinished_models(error.run_id) == []
