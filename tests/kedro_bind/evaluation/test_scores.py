"""The scores of a model: Kedro runs the evaluation nodes."""

from __future__ import annotations

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.json import JSONDataset
from kedro_datasets.pickle import PickleDataset

from kedro_bind.binding.evaluation import Evaluation
from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation.scores import score
from tests.bindings import resolved

INFERENCE = Pipeline([node(len, "x", "out", name="predict")])


def accuracy(predictions, labels):
    return sum(one == other for one, other in zip(predictions, labels, strict=True)) / len(labels)


def errors(predictions, labels, weight):
    return {"mae": weight * sum(abs(a - b) for a, b in zip(predictions, labels, strict=True)), "more": {"n": 2}}


def fail(predictions):
    raise ZeroDivisionError("no labels")


ACCURACY = node(accuracy, ["out", "labels"], "accuracy", name="accuracy")
ERRORS = node(errors, ["out", "labels", "params:weight"], "errors", name="errors")


@pytest.fixture
def catalog(tmp_path):
    made = DataCatalog({"labels": MemoryDataset([1, 2]), "accuracy": JSONDataset(filepath=f"{tmp_path}/accuracy.json")})
    made["params:weight"] = 0.5
    return made


def scored(catalog, *nodes, stores=False, **options):
    binding = resolved(INFERENCE, evaluation=Evaluation(Pipeline(nodes), **options))
    return score(binding, [1, 3], catalog, stores=stores)


def test_numbers_and_mappings_of_numbers_are_metrics(catalog):
    found = scored(catalog, ACCURACY, ERRORS)
    assert dict(found.metrics) == {"accuracy": 0.5, "mae": 0.5, "more.n": 2.0}
    assert found.figures == {}


def test_only_listed_outputs_are_metrics(catalog):
    assert dict(scored(catalog, ACCURACY, ERRORS, metrics="accuracy").metrics) == {"accuracy": 0.5}


@pytest.mark.parametrize("stores", [True, False])
def test_outputs_are_stored_only_for_the_model_that_was_trained(catalog, stores):
    scored(catalog, ACCURACY, stores=stores)
    assert catalog.exists("accuracy") is stores
    assert "out" not in catalog


def test_nodes_hand_on_what_they_make(catalog):
    doubled = node(lambda value: 2 * value, "accuracy", "doubled", name="double")
    assert dict(scored(catalog, ACCURACY, doubled).metrics) == {"accuracy": 0.5, "doubled": 1.0}
    assert not catalog.exists("accuracy")


def test_a_node_that_fails_is_named(catalog):
    with pytest.raises(EvaluationError, match="the node 'fail' of the evaluation fails: ZeroDivisionError: no labels"):
        scored(catalog, node(fail, "out", "n", name="fail"))


def test_data_that_can_not_be_loaded_is_named(catalog, tmp_path):
    catalog["labels"] = PickleDataset(filepath=f"{tmp_path}/gone.pkl")
    with pytest.raises(EvaluationError, match="'labels' can't be loaded"):
        scored(catalog, ACCURACY)


def test_a_metric_has_one_origin(catalog):
    again = node(lambda predictions: {"accuracy": 1.0}, "out", "again", name="again")
    with pytest.raises(
        EvaluationError, match="the outputs 'accuracy' and 'again' of the evaluation both have a metric"
    ):
        scored(catalog, ACCURACY, again)


def test_what_is_listed_has_to_be_a_metric(catalog):
    text = node(lambda predictions: "good", "out", "text", name="text")
    assert dict(scored(catalog, ACCURACY, text).metrics) == {"accuracy": 0.5}
    with pytest.raises(EvaluationError, match="text"):
        scored(catalog, ACCURACY, text, metrics="text")
