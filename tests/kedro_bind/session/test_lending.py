"""An MLflow run in the processes that receive the catalog of a bound run."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import mlflow
from kedro.io import SharedMemoryDataCatalog

from kedro_bind.session.lending import enter_process, lend
from tests.kedro_project import clean_environment

ENTER = """
import os, pickle, sys
from kedro_bind.session.lending import enter_process

enter_process(pickle.load(sys.stdin.buffer))
print(os.environ.get("MLFLOW_RUN_ID"), os.environ.get("MLFLOW_TRACKING_URI"))
"""


def elsewhere(catalog):
    command = [sys.executable, "-c", ENTER]
    return subprocess.run(
        command, input=pickle.dumps(catalog), env=clean_environment(), capture_output=True, check=True, timeout=120
    ).stdout.split()


def test_another_process_logs_to_the_lent_run_and_the_lender_goes_by_its_own(monkeypatch):
    for name in ("MLFLOW_RUN_ID", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    catalog = SharedMemoryDataCatalog({})
    assert elsewhere(catalog) == [b"None", b"None"]
    lend("0123", catalog)
    assert elsewhere(catalog) == [b"0123", mlflow.get_tracking_uri().encode()]
    enter_process(catalog)
    assert "MLFLOW_RUN_ID" not in os.environ
