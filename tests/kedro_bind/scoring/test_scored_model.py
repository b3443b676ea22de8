"""The model that scores, as far as its files tell."""

from __future__ import annotations

import json

import mlflow
import pytest
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import Array, Object, Property

from kedro_bind.errors import KedroBindError
from kedro_bind.model.digest import digest
from kedro_bind.scoring.scored_model import ScoredModel, find_model

PARAMS = ParamSchema(
    [
        ParamSpec("threshold", "double", 0.5),
        ParamSpec("mark", "string", "!"),
        ParamSpec("limits", "long", [1, 2], (-1,)),
        ParamSpec("day", "datetime", "2024-01-01"),
    ]
)


def model(params=PARAMS):
    metadata = Model(signature=ModelSignature(Schema([ColSpec("double", "spend")]), params=params))
    return ScoredModel("models:/churn/1", "1", "folder", "0", True, "", metadata)


def test_parameters_have_the_types_of_the_signature():
    assert model().typed_params({"threshold": 1, "mark": 7, "limits": [3]}) == {
        "threshold": 1.0,
        "mark": "7",
        "limits": [3],
    }
    assert model().typed_params({}) == {}


def test_a_date_reaches_the_model_as_a_parameter():
    given = model().typed_params({"day": "2024-02-03"})
    sent = json.loads(json.dumps(given))
    assert model().typed_params(sent) == given
    assert given["day"].startswith("2024-02-03")


LIMITS = ParamSchema(
    [
        ParamSpec(
            "limits",
            Object(
                [
                    Property("low", DataType.long),
                    Property("mark", DataType.string),
                    Property("names", Array(DataType.string)),
                ]
            ),
            {"low": 1, "mark": "!", "names": ["a"]},
        ),
        ParamSpec("regions", "string", ["north"], (-1,)),
    ]
)


def test_a_mapping_reaches_the_model_as_a_parameter():
    given = model(LIMITS).typed_params({"limits": {"low": 2, "mark": 7, "names": [8, "b"]}})
    assert given == {"limits": {"low": 2, "mark": "7", "names": ["8", "b"]}}
    assert model(LIMITS).typed_params(json.loads(json.dumps(given))) == given


def test_a_list_of_texts_reaches_the_model_as_a_parameter():
    assert model(LIMITS).typed_params({"regions": ["south", 7]}) == {"regions": ["south", "7"]}


@pytest.mark.parametrize("params", [{"limits": {"low": "x", "mark": "!", "names": []}}, {"limits": 1}])
def test_a_mapping_that_does_not_fit_is_refused(params):
    with pytest.raises(KedroBindError, match="; see '--params'"):
        model(LIMITS).typed_params(params)


@pytest.mark.parametrize("params", [{"thresholt": 1.0}, {"threshold": "high"}, {"limits": 3}, {"mark": None}])
def test_a_parameter_that_the_model_does_not_take_is_refused(params):
    with pytest.raises(KedroBindError, match="; see '--params'"):
        model().typed_params(params)


def test_a_model_without_parameters_takes_none():
    assert model(None).typed_params({}) == {}
    with pytest.raises(KedroBindError, match="; see '--params'"):
        model(None).typed_params({"threshold": 1.0})


def saved(folder, flavors):
    folder.mkdir()
    Model(flavors=flavors).save(str(folder / "MLmodel"))
    return str(folder)


def test_a_model_of_another_maker_is_not_row_wise(tmp_path):
    folder = saved(tmp_path / "model", {"python_function": {"loader_module": "mlflow.sklearn"}})
    found = find_model(folder)
    assert (found.row_wise, found.row_wise_reason) == (False, "it was not logged by kedro_bind")
    assert (found.uri, found.version, found.plan) == (folder, "", digest(tmp_path / "model" / "MLmodel"))


def test_a_model_has_to_predict(tmp_path):
    with pytest.raises(KedroBindError, match="has no flavor 'python_function', so it can't predict a table"):
        find_model(saved(tmp_path / "model", {"spark": {}}))


def test_a_model_has_to_be_there(tmp_path):
    with pytest.raises(KedroBindError, match="can't be loaded"):
        find_model(str(tmp_path / "gone"))
    assert mlflow.active_run() is None
