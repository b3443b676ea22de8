"""Temporary folders that are named after their process."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from kedro_bind.process.owners import ProcessId, this_process
from kedro_bind.process.temporary import TemporaryFolder, remove_abandoned_folders, temporary_files_here


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The system's folder for temporary files, for this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_of_a_process_that_is_gone_is_removed_and_no_other(place):
    gone = place / f"kedro-bind-{replace(this_process(), start='1')}.a"
    others = [
        place / f"kedro-bind-{replace(this_process(), machine='0badcafe')}.a",
        place / "kedro-bind-notes",
        place / "tmp12345678",
    ]
    for folder in (gone, *others):
        (folder / "model").mkdir(parents=True)
    with TemporaryFolder("model") as own:
        remove_abandoned_folders()
        assert own.is_dir()
    assert sorted(place.iterdir()) == sorted(others)


def test_within_the_block_libraries_create_their_temporary_folders_in_that_of_this_process(place):
    with temporary_files_here(), temporary_files_here():
        made = Path(tempfile.mkdtemp())
        assert ProcessId.parse(made.parent.name.removeprefix("kedro-bind-").partition(".")[0]) == this_process()
        assert made.parent.parent == place
        made.rmdir()
    assert tempfile.gettempdir() == str(place)
    assert list(place.iterdir()) == []
