"""Copies have the content of the original, and the sha256 that the check at loading computes."""

from __future__ import annotations

import errno
import hashlib
import os
import random
from pathlib import Path

import pytest

from kedro_bind.model.digest import digest
from kedro_bind.packaging import file_copies
from kedro_bind.packaging.file_copies import copy_with_digest

PART = 1000


def refuse(*_):
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def copying_twice(then):
    """Return a `copy_file_range` that copies two parts, and then does something else."""
    left = iter(range(2))
    return lambda source, target, size: then() if next(left, None) is None else os.write(target, os.read(source, size))


WAYS = ["by the kernel", "by the kernel at first", "until the kernel finds nothing", "between file systems"]


@pytest.fixture(params=[*WAYS, "on another system"])
def small_parts(request, monkeypatch):
    """Copy in small parts, in each of the ways that systems offer."""
    monkeypatch.setattr(file_copies, "_PART", PART)
    if request.param == "between file systems":
        monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    elif request.param == "by the kernel at first":
        monkeypatch.setattr(os, "copy_file_range", copying_twice(refuse), raising=False)
    elif request.param == "until the kernel finds nothing":
        monkeypatch.setattr(os, "copy_file_range", copying_twice(lambda: 0), raising=False)
    elif request.param == "on another system":
        monkeypatch.delattr(os, "copy_file_range", raising=False)


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 40 * PART + 7])
def test_a_file(tmp_path, size):
    content = random.Random(size).randbytes(size)
    origin, place = tmp_path / "model.pkl", tmp_path / "copy.pkl"
    origin.write_bytes(content)
    assert copy_with_digest(origin, place) == hashlib.sha256(content).hexdigest() == digest(place)
    assert place.read_bytes() == content


@pytest.mark.usefixtures("small_parts")
def test_a_folder(tmp_path):
    origin, place = tmp_path / "parts", tmp_path / "copy"
    (origin / "below").mkdir(parents=True)
    (origin / "a").write_bytes(b"a" * (3 * PART))
    (origin / "below/b").write_bytes(b"b")
    assert copy_with_digest(origin, place) == digest(origin) == digest(place)
    assert (place / "below/b").read_bytes() == b"b"


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="there are no files of unknown size")
def test_a_file_of_unknown_size(tmp_path):
    assert copy_with_digest(Path("/proc/version"), tmp_path / "copy") == digest(Path("/proc/version"))
    assert (tmp_path / "copy").read_bytes() == Path("/proc/version").read_bytes()


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"model\.pkl"):
        copy_with_digest(tmp_path / "model.pkl", tmp_path / "copy.pkl")


def test_a_file_that_grows_during_the_copy_is_refused(tmp_path, monkeypatch):
    origin = tmp_path / "model.pkl"
    origin.write_bytes(b"x" * PART)

    def refuse_while_training_writes(*_):
        if origin.stat().st_size == PART:
            with origin.open("ab") as file:
                file.write(b"x")
        refuse()

    monkeypatch.setattr(os, "copy_file_range", refuse_while_training_writes, raising=False)
    with pytest.raises(OSError, match="written to while it was copied"):
        copy_with_digest(origin, tmp_path / "copy.pkl")
