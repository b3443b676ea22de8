"""Whether training can read and write its data."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.checks.training_data import training_entry_problems
from tests.bindings import resolved

TRAINING = Pipeline(
    [node(max, ["raw", "params:depth"], "cleaned", name="clean"), node(max, ["cleaned"], "model", name="fit")]
)
BINDING = resolved(
    Pipeline([node(max, ["raw", "model"], "out", name="predict")]), "raw", training=TRAINING, name="churn"
)


def problems(catalog):
    found = training_entry_problems(BINDING, catalog)
    return [(problem.code, problem.path, problem.message, problem.hint) for problem in found]


@pytest.mark.parametrize("raw", [PickleDataset(filepath="raw.pkl"), MemoryDataset([1])])
def test_what_is_stored_or_there_can_be_read(raw):
    assert problems(DataCatalog({"raw": raw})) == []


@pytest.mark.parametrize(
    ("catalog", "problem"),
    [
        ({}, "the catalog has no entry for it"),
        ({"raw": MemoryDataset()}, "its catalog entry is an empty MemoryDataset"),
    ],
)
def test_an_input_that_nothing_provides_is_found(catalog, problem):
    ((code, path, message, _),) = problems(DataCatalog(catalog))
    assert (code, path) == ("not-supplied", ("churn", "training"))
    assert message == f"training reads 'raw', which none of its nodes produces, but {problem}"


def test_a_name_that_is_close_is_suggested():
    assert problems(DataCatalog({"raww": MemoryDataset([1])}))[0][3] == "did you mean 'raww'?"


def test_an_entry_that_is_invalid_is_found():
    catalog = DataCatalog.from_config(
        {"raw": {"type": "pickle.PickleDataset", "filepath": "raw.pkl"}, "cleaned": {"type": "gone.Dataset"}}
    )
    ((code, _, message, _),) = problems(catalog)
    assert code == "bad-catalog-entry"
    assert message.startswith("training uses 'cleaned', but its catalog entry is invalid: ")
