"""A command that loads a project looks for no garbage in it."""

import gc
import subprocess
import sys

import pytest

from kedro_bind.process.garbage import no_collection


def test_collects_nothing_within_the_block() -> None:
    with no_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collects_again_after_an_error() -> None:
    with pytest.raises(KeyError), no_collection():
        raise KeyError
    assert gc.isenabled()


def test_does_not_turn_collection_on() -> None:
    gc.disable()
    try:
        with no_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_leaves_nothing_to_collect_when_the_process_ends() -> None:
    code = """
import atexit, gc
atexit.register(lambda: print(len(gc.get_objects())))  # called last
from kedro_bind.process.garbage import no_collection
with no_collection():
    kept = [[] for _ in range(10_000)]
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 1_000
