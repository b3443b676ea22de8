"""The tracking server fails at any request of a logging: nothing is lost, nothing is half done, the command finishes.

Logging is recorded once to know its requests. By default the test fails at each kind of request, in turns of four ways;
with KEDRO_BIND_ALL_FAULTS=1 at every request in every way.
"""

from __future__ import annotations

import itertools
import os
import re

import click
import pytest

from tests.recovery.faults import KINDS, Fault
from tests.recovery.scene import command_in

pytestmark = pytest.mark.slow

ALL = os.getenv("KEDRO_BIND_ALL_FAULTS") == "1"
FEWEST = 24


def points(requests):
    """Choose where to fail: of the uploads of a model's files, some stand for all."""
    if ALL:
        return [Fault(kind, at) for at in range(len(requests)) for kind in KINDS]
    uploads = [at for at, each in enumerate(requests) if "/artifacts/" in each and each.startswith("PUT")]
    chosen = [at for at in range(len(requests)) if at not in uploads[1:-2]]
    kinds = itertools.cycle(KINDS)
    found = [Fault(next(kinds), at) for at in chosen]
    # What makes something on the server, and loses the answer, is the hardest.
    found += [Fault("lost", at) for at in chosen if re.search("logged-models$|create|alias|delete-tag", requests[at])]
    return list(dict.fromkeys(found))


def test_logging_recovers_from_every_fault(scene):
    assert scene.train() is None
    requests = list(scene.proxy.requests)
    expected = scene.answer(scene.champion).to_json()
    last = next(at for at, each in enumerate(requests) if each.endswith("/alias"))
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
    command = command_in(error.message)
    run_id = re.search(r"--run-id=(\w+)", command)[1]
    stored = scene.files
    new = {version: whole for version, whole in scene.versions.items() if version not in versions}
    if scene.champion == before:
        assert not any(new.values()), new
    else:  # all was done when the store went: the model is in use, and answers
        assert fault.at >= last, new
        assert scene.answer(scene.champion).to_json() == expected

    result = scene.recover(command)
    assert result.exit_code == 0, result.output
    assert scene.files == stored
    assert scene.run(run_id).info.status == "FINISHED"
    assert all(scene.versions.values()), scene.versions
    assert scene.champion not in versions
    assert scene.answer(scene.champion).to_json() == expected
    assert scene.unfinished_models(run_id) == []
