"""What a bound run collects during training."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import tempfile

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.json import JSONDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind.process.termination import Terminated, termination
from kedro_bind.project import Origin
from kedro_bind.redaction import Redaction
from kedro_bind.session.observed import Observed
from kedro_bind.tracking.log import start_verification
from tests.bindings import resolved
from tests.waiting import wait_until

TRAINING = Pipeline([node(max, ["rows@pandas"], ["model", "scores"], name="fit")])
INFERENCE = Pipeline([node(max, ["rows", "model"], "out", name="predict")])
ROWS = pd.DataFrame({"a": range(10)})


@pytest.fixture
def observed(tmp_path):
    binding = resolved(
        INFERENCE, "rows", training=TRAINING, name="churn", log_model_kwargs={"metrics": ["scores"], "verify": False}
    )
    found = Observed({"churn": binding}, Origin(project_path=tmp_path, package=None), Redaction(dict))
    yield found
    found.stop()


def rows_of(observed):
    sample = observed.sample("churn")
    return None if sample is None else sample.rows["a"].tolist()


def test_a_sample_of_the_input_is_kept(observed):
    assert observed.sample("churn") is None
    observed.see_saved({"other": ROWS, "rows@pandas": ROWS}, DataCatalog(), in_chunks=False)
    assert rows_of(observed)[:3] == [0, 1, 2]


def test_what_is_loaded_takes_precedence_over_what_was_saved(observed):
    catalog = DataCatalog({"rows@pandas": MemoryDataset(ROWS)})
    observed.see_saved({"rows@pandas": ROWS}, DataCatalog(), in_chunks=False)
    observed.see_loaded({"rows@pandas": ROWS + 100}, catalog)
    assert rows_of(observed)[0] == 100
    observed.see_loaded({"rows@pandas": ROWS + 200}, catalog)
    observed.see_saved({"rows@pandas": ROWS + 300}, DataCatalog(), in_chunks=False)
    assert rows_of(observed)[0] == 100


def test_a_part_of_the_input_is_no_sample(observed):
    observed.see_saved({"rows@pandas": ROWS}, DataCatalog(), in_chunks=True)
    assert observed.sample("churn") is None


def test_metrics_are_observed(observed):
    observed.see_saved({"scores": {"accuracy": 0.9}, "more": 1.0}, DataCatalog(), in_chunks=False)
    assert observed.metrics.of(["scores"], DataCatalog()) == {"accuracy": 0.9}


def test_without_verification_no_process_is_started(observed):
    observed.start_verification()
    assert observed.take_verification("churn") is None


def test_one_verifying_process_waits_at_a_time(tmp_path):
    binding = resolved(INFERENCE, "rows", training=TRAINING)
    bindings = {name: binding.named(name) for name in "abc"}
    observed = Observed(bindings, Origin(project_path=tmp_path, package=None), Redaction(dict))
    taken = []
    try:
        observed.start_verification()
        assert observed.take_verification("c") is None
        for name in bindings:
            taken.append(observed.take_verification(name))
            assert taken[-1] is not None
    finally:
        observed.stop()
        for verification in filter(None, taken):
            verification.stop()


def test_a_process_that_has_lost_its_folder_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    binding = resolved(INFERENCE, "rows", training=TRAINING, name="churn")
    observed = Observed({"churn": binding}, Origin(project_path=tmp_path, package=None), Redaction(dict))
    observed.start_verification()
    (folder,) = tmp_path.glob("*/verify-*")
    shutil.rmtree(folder)
    assert observed.take_verification("churn") is None


def test_a_signal_while_the_next_process_starts_ends_the_run_and_both_processes(tmp_path, monkeypatch):
    started = []

    def start(*arguments):
        started.append(start_verification(*arguments))
        if len(started) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return started[-1]

    monkeypatch.setattr("kedro_bind.tracking.log.start_verification", start)
    binding = resolved(INFERENCE, "rows", training=TRAINING)
    bindings = {name: binding.named(name) for name in "ab"}
    observed = Observed(bindings, Origin(project_path=tmp_path, package=None), Redaction(dict))
    with termination.watched():
        observed.start_verification()
        with pytest.raises(Terminated):
            observed.take_verification("a")
    observed.stop()
    assert [verification.is_usable() for verification in started] == [False, False]


def test_the_library_of_a_pickled_artifact_is_imported_while_training_goes_on(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("library_of_json", "library_of_pickle"):
        leaves_a_mark = "from pathlib import Path\nPath(__file__).with_suffix('.imported').touch()\nclass Model: pass\n"
        (tmp_path / f"{name}.py").write_text(leaves_a_mark, encoding="utf-8")
    models = [importlib.import_module(name).Model() for name in ("library_of_json", "library_of_pickle")]
    for file in tmp_path.glob("*.imported"):
        file.unlink()
    datasets = [kind(filepath=(tmp_path / "model").as_posix()) for kind in (JSONDataset, PickleDataset)]
    binding = resolved(INFERENCE, "rows", training=TRAINING, name="churn")
    observed = Observed({"churn": binding}, Origin(project_path=tmp_path / "project", package=None), Redaction(dict))
    try:
        observed.start_verification()
        for model, dataset in zip(models, datasets, strict=True):
            observed.see_saved({"model": model}, DataCatalog({"model": dataset}), in_chunks=False)
        wait_until((tmp_path / "library_of_pickle.imported").exists)
    finally:
        observed.stop()
    assert not (tmp_path / "library_of_json.imported").exists()


@pytest.mark.parametrize(
    ("produced", "in_processes", "lacks"),
    [
        (frozenset({"model"}), False, [True, True, False]),
        (frozenset({"model"}), True, [False] * 3),
        (None, False, [False] * 3),
    ],
)
def test_artifacts_that_were_not_made_yet_are_known(tmp_path, produced, in_processes, lacks):
    binding = resolved(INFERENCE, "rows", training=TRAINING, name="churn", log_model_kwargs={"verify": False})
    origin = Origin(project_path=tmp_path, package=None)
    observed = Observed({"churn": binding}, origin, Redaction(dict), produced, in_processes=in_processes)
    found = [observed.lacks_artifacts("churn")]
    for data in ({"scores": 1}, {"model@pickle": 1}):
        observed.see_saved(data, DataCatalog(), in_chunks=False)
        found.append(observed.lacks_artifacts("churn"))
    assert found == lacks


def test_data_of_any_kind_lets_training_go_on(observed):
    class Odd:
        def __len__(self):
            raise RuntimeError("no length")

        def __getattr__(self, name):
            raise RuntimeError(name)

    observed.see_saved({"rows@pandas": Odd(), "scores": Odd()}, DataCatalog(), in_chunks=False)
    observed.see_saved({"model": Odd()}, Odd(), in_chunks=False)
    assert observed.metrics.of([], DataCatalog()) == {}
