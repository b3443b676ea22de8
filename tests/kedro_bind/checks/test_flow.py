"""Whether inference uses what training fits."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.pickle import PickleDataset

from conf_schema import Severity
from kedro_bind.checks.flow import flow_problems
from tests.bindings import resolved

FIT_SCALER = node(max, ["x"], "scaler", name="fit_scaler")
SCALE = node(max, ["x", "scaler"], "scaled", name="scale")
FIT = node(max, ["scaled"], "model", name="fit")
PREDICT = node(max, ["scaled", "model"], "out", name="predict")


def problems(training, inference, **catalog):
    binding = resolved(Pipeline(inference), training=Pipeline(training), name="churn")
    stored = {name: PickleDataset(filepath=f"{name}.pkl") for name in ("scaler", "model")}
    found = flow_problems(binding, DataCatalog({**stored, **catalog}))
    return [(problem.code, problem.severity, problem.message.partition(",")[0]) for problem in found]


def test_inference_with_what_training_fits_is_fine():
    assert problems([FIT_SCALER, SCALE, FIT], [SCALE, PREDICT]) == []


def test_a_node_that_fits_is_left_out_of_inference():
    found = problems([FIT_SCALER, SCALE, FIT], [FIT_SCALER, SCALE, FIT, PREDICT])
    assert [(code, severity) for code, severity, _ in found] == [("fits-again", Severity.ERROR)] * 2
    assert found[0][2] == "the inference node 'fit_scaler' produces scaler"


def test_a_scaler_that_is_fitted_again_beside_a_model_is_found():
    found = problems([FIT_SCALER, SCALE, FIT], [FIT_SCALER, SCALE, PREDICT])
    assert [(code, severity) for code, severity, _ in found] == [("fits-again", Severity.ERROR)]


def test_a_shared_node_whose_output_is_a_table_may_only_transform():
    found = problems([FIT_SCALER, SCALE, FIT], [FIT_SCALER, SCALE, PREDICT], scaler=CSVDataset(filepath="a.csv"))
    assert [(code, severity) for code, severity, _ in found] == [("fits-again", Severity.WARNING)]
    assert problems([FIT_SCALER, SCALE, FIT], [FIT_SCALER, SCALE, PREDICT], scaler=MemoryDataset()) == []


@pytest.mark.parametrize(
    ("kind", "severity"), [(JSONDataset, Severity.ERROR), (PickleDataset, Severity.ERROR), (CSVDataset, None)]
)
def test_a_pipeline_that_is_bound_to_itself_fits_again(kind, severity):
    both = [FIT_SCALER, node(max, ["x", "scaler"], "out", name="scale")]
    found = problems(both, both, scaler=kind(filepath="scaler"))
    assert [level for code, level, _ in found if code == "fits-again"] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("inference", "message"),
    [
        ([node(len, "x", "out", name="count")], "inference uses nothing that training produces"),
        ([SCALE, node(len, "scaled", "out", name="count")], None),
    ],
)
def test_training_may_be_unused(inference, message):
    found = problems([FIT_SCALER], inference)
    assert [text for _, _, text in found] == ([message] if message else [])
