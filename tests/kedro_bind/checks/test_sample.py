"""Whether a run will have a sample of the input."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset

from kedro_bind.checks.sample import sample_problems
from tests.bindings import resolved

TRAINING = Pipeline([node(max, ["raw@pandas", "train.rows"], "model", name="fit")])


def problems(input_name, catalog=None, **options):
    inference = Pipeline([node(max, [input_name, "model"], "out", name="predict")])
    binding = resolved(inference, input_name, training=TRAINING, name="churn", log_model_kwargs=options)
    return list(sample_problems(binding, DataCatalog(catalog or {})))


@pytest.mark.parametrize(
    ("name", "catalog", "options"),
    [
        ("raw@spark", {}, {}),
        ("rows", {"rows": PickleDataset(filepath="rows.pkl")}, {}),
        ("rows", {"rows": MemoryDataset([1])}, {}),
        ("rows", {}, {"signature": "none", "verify": False}),
    ],
)
def test_an_input_that_can_be_sampled_is_fine(name, catalog, options):
    assert problems(name, catalog, **options) == []


@pytest.mark.parametrize("catalog", [{}, {"rows": MemoryDataset()}])
def test_an_input_that_nothing_loads_is_found(catalog):
    (problem,) = problems("rows", catalog)
    assert (problem.code, problem.path) == ("no-sample", ("churn", "input_name"))
    assert "'training: {input_name: train.rows}'" in problem.hint
    (problem,) = problems("other")
    assert problem.hint.startswith("name the corresponding training dataset with 'training.input_name'")
