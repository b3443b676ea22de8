"""A run that is killed is finished later, and the output is the same, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.integration.scoring.conftest import people
from tests.integration.scoring.test_bad_rows import bad_csv
from tests.integration.scoring.test_tables import URI, predict_here, refused, store  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

OPTIONS = ["--keep=customer_id", "--chunk-rows=10", "--workers=2", "--on-bad-rows=quarantine"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A table, and what an undisturbed run makes of it."""
    folder = tmp_path_factory.mktemp("resume")
    bad_csv(folder / "in.csv")
    predict_here(folder / "in.csv", folder / "out", chunk_rows=10, on_bad_rows="quarantine")
    return folder


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.full)])
def test_kill_9_and_resume(logged, scene, tmp_path, times):
    moments = random.Random(times)
    for attempt in range(times):
        out = tmp_path / str(attempt)
        kill_when(logged, scene / "in.csv", out, moments.randrange(45))
        done = logged.predict(URI, scene / "in.csv", out, *OPTIONS, "--resume", cwd=tmp_path)
        assert "400 rows" in done.stdout
        assert contents(out) == contents(scene / "out")


def kill_when(logged, source, out, count):
    """Run the command, and kill it when there are so many files."""
    command = [sys.executable, "-m", "kedro_bind", "predict", URI, str(source), str(out), *OPTIONS]
    with subprocess.Popen(
        command, cwd=out.parent, env=logged.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and (not out.exists() or len(list(out.rglob("*"))) < count):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.002)
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def test_what_is_finished_is_not_done_again(scene, tmp_path):
    options = {"chunk_rows": 10, "on_bad_rows": "quarantine"}
    predict_here(scene / "in.csv", tmp_path / "out.csv", **options)
    before = contents(tmp_path)
    summary = predict_here(scene / "in.csv", tmp_path / "out.csv", resume=True, **options)
    assert (summary.rows, summary.before, summary.rejected) == (400, 400, 4)
    assert contents(tmp_path) == before


def test_other_input_another_model_or_other_options_are_refused(tmp_path):
    source, out = tmp_path / "in.parquet", tmp_path / "out"
    people(50).to_parquet(source)
    predict_here(source, out)
    for options, reason in (
        ({"model": "models:/doubles/1"}, "another model ('models:/people/1', now 'models:/doubles/1')"),
        ({"params": {"threshold": 2.0}}, "other '--params'"),
        ({"keep": ("customer_id", "day")}, "other '--keep' columns"),
        ({"chunk_rows": 7}, "another '--chunk-rows'"),
    ):
        assert reason in refused(source, out, resume=True, **options)
    people(51).to_parquet(source)
    output = refused(source, out, resume=True)
    assert f"an earlier {source}, which has changed since" in output
    assert "start anew with '--overwrite'" in output


def test_an_unfinished_output_is_not_taken_for_a_finished_one(tmp_path):
    source, out = bad_csv(tmp_path / "in.csv"), tmp_path / "out"
    assert "row 3" in refused(source, out, chunk_rows=2)
    assert "is unfinished; finish it with '--resume'" in refused(source, out, chunk_rows=2)
    assert len(list(out.glob("part-*"))) == 1
