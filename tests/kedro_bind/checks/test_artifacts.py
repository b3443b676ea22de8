"""What inference needs from training outlives the run."""

from __future__ import annotations

import pytest
from kedro.io import AbstractDataset, CachedDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pandas import CSVDataset, SQLTableDataset
from kedro_datasets.pickle import PickleDataset

from conf_schema import Severity
from kedro_bind.checks.artifacts import artifact_problems
from kedro_bind.redaction import Redaction, redacting
from tests.bindings import resolved

TRAINING = Pipeline([node(max, ["x", "words"], "model", name="fit")])
INFERENCE = Pipeline([node(max, ["x", "model", "words"], "out", name="predict")])
STORED = PickleDataset(filepath="data/file.pkl")


class FromElsewhere(AbstractDataset):
    """Data that is not a file."""

    def load(self):
        return 1

    def save(self, data):
        pass

    def _describe(self):
        return {}


def problems(model, words=STORED, **options):
    entries = {name: entry for name, entry in {"model": model, "words": words}.items() if entry is not None}
    binding = resolved(INFERENCE, training=TRAINING, name="churn", **options)
    return list(artifact_problems(binding, DataCatalog(entries)))


@pytest.mark.parametrize("dataset", [STORED, CachedDataset(STORED), CSVDataset(filepath="s3://bucket/model.csv")])
def test_a_file_is_kept(dataset):
    assert problems(dataset) == []


@pytest.mark.parametrize(
    ("dataset", "code", "message"),
    [
        (None, "not-in-catalog", "has no entry 'model', so it is lost after the run"),
        (MemoryDataset(), "not-persisted", "is a MemoryDataset, so it is lost after the run"),
        (FromElsewhere(), "captured-by-value", "a FromElsewhere is not a file, so the model gets"),
        (
            SQLTableDataset(table_name="model", credentials={"con": "sqlite:///x.db"}),
            "credentials-captured",
            "which may include the credentials that it uses (credentials)",
        ),
        (
            CSVDataset(filepath="model.csv", load_args={"storage_options": {"password": "hunter2hunter2"}}),
            "credentials-in-catalog",
            "has a credential in 'load_args.storage_options.password'",
        ),
        (
            CSVDataset(filepath="model.csv", load_args={"comment": "hunter2-by-value"}),
            "credentials-in-catalog",
            "has a credential in 'load_args.comment'",
        ),
    ],
)
def test_what_is_not_kept_as_a_file_is_found(dataset, code, message):
    with redacting(Redaction(lambda: ["hunter2-by-value"])):
        (problem,) = problems(dataset)
    assert (problem.code, problem.path) == (code, ("churn", "inference"))
    assert message in problem.message
    assert "hunter2" not in problem.message
    assert (problem.severity is Severity.WARNING) == (code == "captured-by-value")


def test_data_that_training_only_reads_is_needed_too():
    (problem,) = problems(STORED, None)
    assert problem.message == (
        "inference needs 'words', which training reads, but the catalog has no entry 'words', so nothing provides it"
    )


def test_an_artifact_with_another_name_is_found_at_its_key():
    inference = Pipeline([node(max, ["x", "tree", "words"], "out", name="predict")])
    binding = resolved(inference, training=TRAINING, name="churn", artifacts={"tree": "model"})
    (problem,) = artifact_problems(binding, DataCatalog({"words": STORED, "modl": STORED}))
    assert problem.path == ("churn", "artifacts", "tree")
    assert problem.hint == "did you mean 'modl'? If not, add a catalog entry"


def test_an_entry_that_is_invalid_is_found(tmp_path):
    catalog = DataCatalog.from_config(
        {"model": {"type": "gone.Dataset"}, "words": {"type": "pickle.PickleDataset", "filepath": "words.pkl"}}
    )
    (problem,) = artifact_problems(resolved(INFERENCE, training=TRAINING, name="churn"), catalog)
    assert problem.code == "bad-catalog-entry"
    assert "Please install" not in problem.message
