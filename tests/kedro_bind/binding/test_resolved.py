from __future__ import annotations

import pandas as pd
import pytest
from kedro.pipeline import Pipeline, node

from kedro_bind.binding.resolved import ModelSettings
from tests.bindings import resolved

INFERENCE = Pipeline([node(max, ["x", "served.model", "params:depth"], "predictions", name="predict")])
TRAINING = Pipeline([node(max, ["x", "params:depth"], "model@pickle", name="fit")])


def bound(**arguments):
    return resolved(INFERENCE, training=TRAINING, artifacts={"served.model": "model"}, **arguments)


def test_artifacts_are_the_inputs_that_are_neither_supplied_nor_parameters():
    assert bound().artifact_sources == {"served.model": "model"}
    assert bound().fitted == {"model"}


def test_a_binding_without_a_name_is_labelled_by_its_model_and_takes_the_registered_name():
    binding = bound(log_model_kwargs={"name": "churn"})
    assert (binding.name, binding.label, binding.key) == (None, "churn", "")
    assert (binding.named("shop").label, binding.named("shop").key) == ("shop", "shop")
    assert binding.named("shop").named("other").name == "shop"


def test_bindings_are_equal_if_their_nodes_and_options_are():
    assert bound() == bound()
    assert hash(bound()) == hash(bound())
    assert bound() != bound(log_model_kwargs={"name": "churn"})


def test_examples_are_compared_as_a_whole():
    table = pd.DataFrame({"x": [1, 2]})
    assert ModelSettings(input_example=table) == ModelSettings(input_example=table.copy())
    assert ModelSettings(input_example=table) != ModelSettings(input_example=table.head(1))
    assert ModelSettings(input_example=table) != ModelSettings(input_example="auto")


@pytest.mark.parametrize(("example", "rows"), [("auto", 5), ("none", 5), (12, 12), (pd.DataFrame({"x": [1]}), 5)])
def test_a_number_of_rows_is_kept_as_example(example, rows):
    assert ModelSettings(input_example=example).example_rows == rows


def test_settings_know_what_is_inferred():
    assert ModelSettings().infers_signature
    assert not ModelSettings(signature="none").infers_signature
    assert not ModelSettings(extra_pip_requirements=("xgboost",)).declares_environment
    assert ModelSettings(conda_env="conda.yml").declares_environment
