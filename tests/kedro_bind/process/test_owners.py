"""Whether a process is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kedro_bind.process.owners import ProcessId, has_ended, this_process

PRINT_ID = "from kedro_bind.process.owners import this_process; print(this_process(), flush=True); input()"


@pytest.fixture
def other():
    """Another process, which waits for a line, and its id."""
    with subprocess.Popen(
        [sys.executable, "-c", PRINT_ID], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        process = ProcessId.parse(child.stdout.readline().strip())
        yield child, process
        child.kill()


def test_an_id_can_be_parsed_from_its_text():
    assert ProcessId.parse(str(this_process())) == this_process()
    assert ProcessId.parse("mlflow.db-journal") is None


def test_a_process_has_ended_when_it_is_killed_whether_or_not_its_parent_has_waited_for_it(other):
    child, process = other
    assert has_ended(process) is False
    child.kill()
    os.waitid(
        os.P_PID, child.pid, os.WEXITED | os.WNOWAIT
    )  # it has ended, and is a zombie until its parent waits for it
    assert has_ended(process) is True
    child.wait()
    assert has_ended(process) is True


def test_a_process_with_the_same_number_but_another_start_time_is_another_one():
    assert has_ended(replace(this_process(), start="1")) is True


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="needs the id of a boot")
def test_a_process_of_an_earlier_boot_has_ended_if_the_machine_is_known_to_be_the_same():
    machine_id = Path("/etc/machine-id")  # without it, another machine may have the same name
    known = machine_id.exists() and machine_id.read_text().strip() != ""
    earlier = replace(this_process(), boot="0badcafe")
    assert has_ended(earlier) is (True if known else None)
    assert has_ended(replace(earlier, namespace="1")) is (True if known else None)


@pytest.mark.parametrize(
    "elsewhere", [{"machine": "0badcafe"}, {"namespace": "1"}, {"start": ""}], ids=lambda field: next(iter(field))
)
def test_whether_a_process_elsewhere_has_ended_is_unknown(elsewhere):
    assert has_ended(replace(this_process(), pid=2**22 - 1, **elsewhere)) is None
