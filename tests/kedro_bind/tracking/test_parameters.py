"""Parameters as MLflow takes them."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from conf_schema.mlflow import Params
from kedro_bind.tracking.parameters import MOST_CHARACTERS, loggable, parameter_values
from tests.bindings import resolved

NESTED = {"model": {"tree": {"depth": 3}, "seed": 1}, "rate": 0.5, "none": {}}


def options(**given):
    return Params.model_validate(given)


def test_each_key_of_all_parameters_is_a_parameter():
    training = Pipeline([node(max, ["x", "parameters", "params:model"], "fitted", name="fit")])
    inference = Pipeline([node(max, ["x", "fitted", "params:threshold"], "out", name="predict")])
    catalog = DataCatalog()
    for name, value in {"parameters": NESTED, "params:model": NESTED["model"], "params:threshold": 0.5}.items():
        catalog[name] = value
    assert parameter_values([resolved(inference, training=training)], catalog) == NESTED
    without = Pipeline([node(max, ["x", "params:model"], "fitted", name="fit")])
    assert parameter_values([resolved(inference, training=without)], catalog) == {"model": NESTED["model"]}


@pytest.mark.parametrize(
    ("dict_params", "names"),
    [
        ({}, {"model", "rate", "none"}),
        ({"flatten": True}, {"model.tree.depth", "model.seed", "rate", "none"}),
        ({"flatten": True, "recursive": False}, {"model.tree", "model.seed", "rate", "none"}),
        ({"flatten": True, "sep": "/"}, {"model/tree/depth", "model/seed", "rate", "none"}),
    ],
)
def test_mappings_are_flattened_as_configured(dict_params, names):
    assert set(loggable(NESTED, options(dict_params=dict_params)).parameters) == names


def test_a_mapping_that_is_not_flattened_is_logged_as_text():
    assert loggable(NESTED, options()).parameters["model"] == "{'tree': {'depth': 3}, 'seed': 1}"


@pytest.mark.parametrize("strategy", ["fail", "truncate", "tag"])
def test_the_longest_parameter_that_mlflow_takes_is_logged_as_it_is(strategy):
    text = "a" * MOST_CHARACTERS
    result = loggable({"long": text}, options(long_params_strategy=strategy))
    assert (result.parameters, result.tags, result.too_long, result.remarks) == ({"long": text}, {}, {}, [])


def test_a_parameter_that_is_too_long_is_refused_cut_or_made_a_tag():
    values = {"long": "a" * (MOST_CHARACTERS + 1), "very_long": "b" * 9000, "short": 1}
    refused = loggable(values, options())
    assert refused.too_long == {"long": 6001, "very_long": 9000}
    assert refused.parameters == {"short": "1"}
    cut = loggable(values, options(long_params_strategy="truncate"))
    assert cut.parameters == {"long": "a" * 6000, "very_long": "b" * 6000, "short": "1"}
    tagged = loggable(values, options(long_params_strategy="tag"))
    assert tagged.tags == {"long": "a" * 6001, "very_long": "b" * 8000}
    assert tagged.parameters == {"short": "1"}
    assert [len(logged.remarks) for logged in (refused, cut, tagged)] == [0, 2, 2]


def test_a_name_that_mlflow_does_not_allow_is_changed_with_a_remark():
    result = loggable({"a[0]": 1, "größe/x.y-z: w": 2}, options())
    assert result.parameters == {"a_0_": "1", "größe/x.y-z: w": "2"}
    assert "'a[0]' is logged as 'a_0_'" in result.remarks[0]
