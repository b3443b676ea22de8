"""Models with another runner than the SequentialRunner."""

from __future__ import annotations

import subprocess
import sys

from kedro.io import DataCatalog
from kedro.pipeline import node
from kedro_datasets.pickle import PickleDataset

from conf_schema import RunnerSpec
from kedro_bind.model.runtime import load_predictor
from kedro_bind.packaging.verification.reference import ReferencePredictions
from tests.kedro_bind.model import nodes

THREADS = {"runner": RunnerSpec(type="ThreadRunner")}


def catalog_of(tmp_path):
    dataset = PickleDataset(filepath=str(tmp_path / "model.pkl"))
    dataset.save(10)
    return DataCatalog({"artifact": dataset})


def test_they_predict_without_log_lines_and_leave_the_logging_of_a_server_alone(tmp_path, built):
    folder = built(catalog_of(tmp_path), kpm_kwargs=THREADS).folder
    code = (
        "import logging, sys, os\n"
        "from pathlib import Path\n"
        "from kedro_bind.model.runtime import load_predictor\n"
        "model = load_predictor(Path(sys.argv[1]))\n"
        "assert [model.predict(value) for value in (1, 2)] == [11, 12]\n"
        "assert logging.getLogger().handlers == [], logging.getLogger().handlers\n"
        "assert 'KEDRO_LOGGING_CONFIG' not in os.environ\n"
    )
    result = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_two_names_of_a_transcoded_dataset_are_one_in_memory(tmp_path, built):
    steps = [
        node(nodes.add, ["x", "artifact"], "sum@pickle", name="first"),
        node(nodes.add, ["sum@json", "artifact"], "out@text", name="second"),
    ]
    sequential = built(catalog_of(tmp_path), steps=steps)
    assert load_predictor(sequential.folder).predict(1) == 21
    assert ReferencePredictions(sequential, 1).first == 21
    (tmp_path / "plan").rename(tmp_path / "of_sequential")
    assert load_predictor(built(catalog_of(tmp_path), steps=steps, kpm_kwargs=THREADS).folder).predict(1) == 21
