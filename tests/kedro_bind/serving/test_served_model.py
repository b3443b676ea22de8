"""A logged model that is loaded and ready to predict."""

from __future__ import annotations

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR
from mlflow.types import ParamSchema, ParamSpec

from kedro_bind.errors import KedroBindError
from kedro_bind.model.validators import RejectedData
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.served_model import load_served_model
from kedro_bind.serving.sources import ModelSource
from kedro_bind.serving.summaries import summary_of


class _Regions(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):  # noqa: ARG002 - as MLflow calls it
        return params["regions"]


@pytest.mark.parametrize(
    ("uri", "name", "version"),
    [
        ("models:/churn/3", "churn", "3"),
        ("models:/m-0123", "m-0123", ""),
        ("runs:/0123/model", "model", ""),
        ("/data/models/churn/", "churn", ""),
    ],
)
def test_a_model_is_known_by_what_its_uri_says(model_folder, uri, name, version):
    model = load_served_model(ModelSource(uri, str(model_folder)))
    assert (model.name, model.version, model.uri) == (name, version, uri)
    assert load_served_model(ModelSource(uri, str(model_folder)), "mine").name == "mine"


def test_a_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KedroBindError, match="the model models:/churn/3 can't be loaded"):
        load_served_model(ModelSource("models:/churn/3", str(tmp_path)))


def test_a_model_of_another_maker_predicts(served):
    assert served.predict(pd.DataFrame({"spend": [1.5]}), {"factor": 4.0}).data["double"].tolist() == [6.0]
    assert (served.plan, served.declared_row_wise, served.has_validators, served.description) == (
        None,
        False,
        False,
        "",
    )
    served.predict_example()
    with pytest.raises(KedroBindError, match="is not verified as row-wise"):
        served.require_row_wise()


@pytest.mark.parametrize(
    ("values", "expected"), [(None, {"factor": 2.0}), ({}, {"factor": 2.0}), ({"factor": 3}, {"factor": 3.0})]
)
def test_parameters_have_defaults_and_types(served, values, expected):
    assert dict(served.params(values)) == expected


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (3, "BAD_REQUEST"),
        ("factor", "INVALID_PARAMETER_VALUE"),
        ([1], "INVALID_PARAMETER_VALUE"),
        ({"factor": "x"}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_other_parameters_are_refused(served, values, code):
    with pytest.raises(RequestError) as raised:
        served.params(values)
    assert (raised.value.status, raised.value.error_code) == (400, code)


def test_a_parameter_that_does_not_fit_is_named(served):
    with pytest.raises(RequestError) as raised:
        served.params({"factor": "4711"})
    assert raised.value.message == "the parameter 'factor' takes numbers, and a value is text"


def test_lists_that_are_no_array_are_refused(tmp_path):
    """MLflow's server answers with BAD_REQUEST as well."""
    params = ParamSchema([ParamSpec("regions", "string", ["north"], (-1,))])
    signature = ModelSignature(params=params)
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=_Regions(), signature=signature, pip_requirements=[])
    model = load_served_model(str(tmp_path / "m"))
    with pytest.raises(RequestError) as raised:
        model.params({"regions": [["warm"], ["warm", "warm"]]})
    assert (raised.value.status, raised.value.error_code) == (400, "BAD_REQUEST")
    assert raised.value.message == "the parameter 'regions' takes values of another type"


def test_an_error_of_the_model_does_not_quote_data(served):
    error = ValueError("customer 4711 is unknown")
    error.__notes__ = ["in the node 'predict'"]  # add_note comes with Python 3.11
    assert served.failure(error).message == "the model fails for this input: ValueError, in the node 'predict'"
    rejected = RejectedData("the dataset 'middle' is rejected", error_code=INTERNAL_ERROR)
    rejected.__notes__ = ["in the node 'predict'"]
    assert (served.failure(rejected).status, served.failure(rejected).message) == (500, rejected.message)
    refusal = served.failure(MlflowException.invalid_parameter_value("spend is negative"))
    assert (refusal.status, refusal.message) == (400, "spend is negative")


def test_a_summary_has_what_a_page_shows(served):
    summary = summary_of(served)
    assert (summary.name, summary.version, summary.row_wise) == ("doubling", "3", None)
    assert summary.invocations == "models/doubling/versions/3/invocations"
    assert [column["name"] for column in summary.inputs] == ["id", "spend"]
    assert summary.example == {"dataframe_records": [{"id": 1, "spend": 1.5}], "params": {"factor": 2.0}}
