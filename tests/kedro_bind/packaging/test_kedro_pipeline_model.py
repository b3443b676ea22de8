"""A model that is made in Python, to be logged by hand."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from fractions import Fraction

import cloudpickle
import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.pipeline import Pipeline, node
from mlflow.pyfunc.model import PythonModelContext

from kedro_bind import BindingError, KedroPipelineModel


def pair(x, value):
    return [x, value]


@pytest.fixture
def inference():
    return Pipeline([node(pair, ["x", "params:p"], "out", name="pair")])


def predicted(model):
    loaded = pickle.loads(cloudpickle.dumps(model))
    loaded.load_context(PythonModelContext({}, None))
    return loaded.predictor.predict(1)


def test_parameters_are_read_when_the_model_is_made(inference):
    catalog = DataCatalog({"params:p": MemoryDataset(1)})
    model = KedroPipelineModel(inference, catalog, "x")
    catalog.save("params:p", 2)
    model.extract_pipeline_artifacts()
    assert predicted(model) == [1, 1]


def test_a_parameter_without_a_value_is_the_error_of_kedro(inference):
    with pytest.raises(DatasetError, match="Data for MemoryDataset has not been saved yet"):
        KedroPipelineModel(inference, DataCatalog({"params:p": MemoryDataset()}), "x")


@pytest.mark.parametrize(
    "value",
    [
        {0: "a", True: "b", 1.5: {"c": [math.inf]}},
        dt.date(2026, 1, 2),
        b"\xff",
        {1, 2},
        (1, (2, 3)),
        Fraction(1, 3),
    ],
)
@pytest.mark.parametrize("module", [pickle, cloudpickle])
def test_parameters_of_a_pickled_model_stay_the_same(value, module):
    inference = Pipeline([node(pair, ["x", "params:p"], "out", name="pair")])
    model = KedroPipelineModel(inference, DataCatalog({"params:p": MemoryDataset(value)}), "x")
    loaded = pickle.loads(module.dumps(model))
    loaded.load_context(PythonModelContext({}, None))
    kept = loaded.predictor.predict(1)[1]
    assert (kept, type(kept)) == (value, type(value))
    assert repr(kept) == repr(value)


@pytest.mark.parametrize("pipeline", [None, 3])
def test_what_is_no_pipeline_is_refused(pipeline):
    with pytest.raises(BindingError, match="needs a pipeline and its input_name"):
        KedroPipelineModel(pipeline, DataCatalog({}), "x")


def test_a_parameter_that_the_catalog_lacks_is_kedros_error():
    inference = Pipeline([node(pair, ["x", "params:p"], "out", name="pair")])
    with pytest.raises(DatasetError, match="params:p"):
        KedroPipelineModel(inference, DataCatalog({}), "x")
