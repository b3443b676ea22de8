"""The verifying process imports what a model needs before there is a model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from kedro_bind.errors import LoggingError
from kedro_bind.packaging.project_files import OwnCode
from kedro_bind.packaging.verification.parent import VerificationProcess
from tests.processes import command_of
from tests.waiting import wait_until

LEAVES_A_MARK = "from pathlib import Path\nPath(__file__).with_suffix('.imported').touch()\n"


@pytest.fixture
def libraries(tmp_path, monkeypatch):
    for name in ("first_library", "last_library", "shop"):
        (tmp_path / f"{name}.py").write_text(LEAVES_A_MARK, encoding="utf-8")
    (tmp_path / "broken_library.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_modules_are_imported_ahead_except_those_of_the_project(libraries):
    with VerificationProcess(OwnCode(hidden=("shop",))) as verification:
        verification.import_ahead(["first_library", "shop.models", "broken_library", "no_library"])
        verification.import_ahead(["first_library", "last_library"])
        wait_until((libraries / "last_library.imported").exists)
    assert sorted(file.stem for file in libraries.glob("*.imported")) == ["first_library", "last_library"]


def test_a_process_that_has_died_is_an_error_of_the_verification_alone(libraries):
    (libraries / "sitecustomize.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    with VerificationProcess(OwnCode()) as verification:
        wait_until(lambda: not verification.is_usable())
        verification.import_ahead(["first_library"])
        verification.begin(verification.job(libraries, None))
        with pytest.raises(LoggingError, match="has died: exit code 3"):
            verification.end(None, None)


FORKS_A_WORKER = """
import os, time
from kedro_bind.packaging.project_files import OwnCode
from kedro_bind.packaging.verification.parent import VerificationProcess

verification = VerificationProcess(OwnCode())
worker = os.fork()
if worker:
    print(worker, verification._process.pid, flush=True)
time.sleep(100)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_it_ends_with_a_training_process_that_is_killed_whatever_keeps_its_input_open():
    command = [sys.executable, "-c", FORKS_A_WORKER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as training:
        worker, verifying = map(int, training.stdout.readline().split())
        try:
            wait_until(lambda: command_of(verifying))  # it is empty for a moment while the program is loaded
            training.kill()
            wait_until(lambda: not command_of(verifying))
            assert command_of(worker)
        finally:
            for process in (worker, verifying):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
