"""Whether a process is gone, and what is left of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from kedro_bind.processes import ProcessId, has_ended, this_process
from kedro_bind.temporary import TemporaryFolder, remove_abandoned_folders, temporary_files_here

TELL = "from kedro_bind.processes import this_process; print(this_process(), flush=True); input()"


@pytest.fixture
def other():
    """Another process, that waits for a line, and its id."""
    with subprocess.Popen([sys.executable, "-c", TELL], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as it:
        process = ProcessId.parse(it.stdout.readline().strip())
        yield it, process
        it.kill()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for temporary files of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_form_of_an_id_can_be_read_again():
    assert ProcessId.parse(str(this_process())) == this_process()
    assert ProcessId.parse("mlflow.db-journal") is None


def test_a_process_has_ended_when_it_is_killed_whether_its_parent_has_asked_or_not(other):
    it, process = other
    assert has_ended(process) is False
    it.kill()
    os.waitid(os.P_PID, it.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is kept until its parent asks for it
    assert has_ended(process) is True
    it.wait()
    assert has_ended(process) is True


def test_an_id_that_is_used_again_is_another_process():
    assert has_ended(replace(this_process(), start="1")) is True


@pytest.mark.parametrize(
    "elsewhere", [{"machine": "0badcafe"}, {"namespace": "1"}, {"start": ""}], ids=lambda each: next(iter(each))
)
def test_nothing_here_tells_of_a_process_elsewhere(elsewhere):
    assert has_ended(replace(this_process(), pid=2**22 - 1, **elsewhere)) is None


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


def test_temporary_folders_of_libraries_are_named_after_this_process_meanwhile(place):
    with temporary_files_here(), temporary_files_here():
        made = Path(tempfile.mkdtemp())
        assert ProcessId.parse(made.parent.name.removeprefix("kedro-bind-").partition(".")[0]) == this_process()
        assert made.parent.parent == place
        made.rmdir()
    assert tempfile.gettempdir() == str(place)
    assert list(place.iterdir()) == []
