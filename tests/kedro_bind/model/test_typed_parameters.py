"""Typed parameters: plain values and types in the plan, objects for the nodes."""

from __future__ import annotations

import pickle

import pytest
import yaml
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from mlflow.exceptions import MlflowException

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import PlanError
from kedro_bind.model.plan_file import PLAN_FILE, write_plan
from kedro_bind.model.runtime import load_predictor
from kedro_bind.packaging.build import build_plan
from kedro_bind.packaging.parameter_hints import hints_of
from kedro_bind.packaging.planned_parameters import plain
from tests.bindings import resolved
from tests.kedro_bind.model import typed_nodes as nodes

pytest.importorskip("kedro.validation", reason="Kedro types parameters from 1.3 on")

HERE = "tests.kedro_bind.model.typed_nodes"


@pytest.fixture
def predictor(tmp_path):
    """Return a function that builds and loads the plan of one node, with a training pipeline beside it."""

    def make(function, parameters, values, training=(), **options):
        inference = Pipeline([node(function, ["x", *parameters], "out", name="predict")])
        trained = Pipeline(
            [node(fit, ["y", name], f"trained{i}", name=f"t{i}") for i, (fit, name) in enumerate(training)]
        )
        folder = tmp_path / "plan"
        folder.mkdir()
        catalog = DataCatalog({name: MemoryDataset(value) for name, value in values.items()})
        built = build_plan(resolved(inference, training=trained, name="test", **options), catalog, folder)
        write_plan(built.plan, folder)
        return load_predictor(folder)

    return make


def values(**parameters):
    return {f"params:{name}": value for name, value in parameters.items()} | {"parameters": parameters}


@pytest.mark.parametrize(
    ("function", "plain_value", "reference"),
    [
        (nodes.use_cut, {"at": 5.0}, "Cut"),
        (nodes.use_aliased, {"cutAt": 5.0}, "Aliased"),
        (nodes.use_limit, {"at": 2.5}, "Limit"),
    ],
)
def test_a_plan_has_the_plain_value_and_the_type(predictor, function, plain_value, reference):
    loaded = predictor(function, ["params:cut"], values(cut=plain_value))
    assert loaded.plan.parameters == {"params:cut": plain_value}
    assert loaded.plan.parameter_types["cut"].type == f"{HERE}:{reference}"
    assert loaded.predict(1) == 6.0


@pytest.mark.parametrize("made", [nodes.Cut(at=5), nodes.Limit(at=5), nodes.Aliased(cutAt=5)])
def test_an_object_that_kedro_created_becomes_an_equal_object(predictor, made):
    loaded = predictor(nodes.unhinted, ["params:cut"], values(cut=made))
    assert loaded.plan.parameters["params:cut"] == ({"cutAt": 5.0} if isinstance(made, nodes.Aliased) else {"at": 5})
    assert loaded.predict(1) == 6.0


def test_a_hint_of_training_types_the_parameter_of_an_unhinted_inference_node(predictor):
    loaded = predictor(nodes.unhinted, ["params:cut"], values(cut={"at": 5}), [(nodes.use_cut, "params:cut")])
    assert loaded.predict(1) == 6.0


def test_a_mapping_contains_the_object_if_its_key_is_typed(predictor):
    parameters = values(model={"cut": {"at": 5}, "step": 1})
    parameters["params:model.cut"] = {"at": 5}
    loaded = predictor(nodes.from_mapping, ["params:model"], parameters, [(nodes.use_cut, "params:model.cut")])
    assert loaded.plan.parameters == {"params:model": {"cut": {"at": 5.0}, "step": 1}}
    assert loaded.predict(1) == 7.0
    assert loaded.predict(1, {"model": {"cut": {"at": 0}, "step": 3}}) == 4.0
    with pytest.raises(MlflowException, match=r"parameter 'model\.cut' is rejected by its type Cut: at: Input should"):
        loaded.predict(1, {"model": {"cut": {"at": -1}, "step": 3}})


def test_all_parameters_contain_the_object_if_its_key_is_typed(predictor):
    parameters = values(cut={"at": 5}, step=1)
    loaded = predictor(nodes.from_all, ["parameters"], parameters, [(nodes.use_cut, "params:cut")])
    assert loaded.predict(1) == 7.0


@pytest.mark.parametrize("typed", [{"at": 5}, nodes.Cut(at=5)])
def test_a_field_of_a_typed_parameter_may_be_its_default(predictor, typed):
    parameters = values(cut=typed)
    if isinstance(typed, nodes.Cut):  # Kedro adds its fields
        parameters |= {"params:cut.inner": typed.inner, "params:cut.inner.size": 1}
    loaded = predictor(nodes.size, ["params:cut.inner.size"], parameters, [(nodes.use_cut, "params:cut")])
    assert loaded.plan.parameters == {"params:cut.inner.size": 1}
    assert loaded.predict(1) == 2


def test_null_stays_null_if_the_hint_is_optional(predictor):
    loaded = predictor(nodes.use_optional, ["params:cut"], values(cut=None))
    assert loaded.predict(1) == 1
    assert loaded.predict(1, {"cut": {"at": 5}}) == 6.0
    assert loaded.predict(1, {"cut": None}) == 1


def test_null_is_rejected_if_the_hint_is_not_optional(predictor):
    loaded = predictor(nodes.use_cut, ["params:cut"], values(cut={"at": 5}))
    with pytest.raises(MlflowException, match="'cut' can't be null: its type is Cut"):
        loaded.predict(1, {"cut": None})


def test_a_value_that_the_type_rejects_is_a_bad_request_with_the_message_of_the_type(predictor):
    loaded = predictor(nodes.use_limit, ["params:cut"], values(cut={"at": 5}))
    for bad, message in [
        ({"at": 101}, "at is too large"),
        ({"to": 1}, "unexpected keyword argument 'to'"),
        (5, "dict"),
    ]:
        with pytest.raises(MlflowException, match=message) as caught:
            loaded.predict(1, {"cut": bad})
        assert caught.value.get_http_status_code() == 400
    assert loaded.predict(1) == 11.0


def test_each_request_gets_an_object_of_its_own(predictor):
    loaded = predictor(change, ["params:cut"], values(cut=nodes.Cut(at=5)))
    assert [loaded.predict(1), loaded.predict(1)] == [6.0, 6.0]


def change(x, cut):
    cut.at += 1
    return x + cut.at - 1


def test_a_predictor_is_pickled_with_its_types(predictor):
    loaded = pickle.loads(pickle.dumps(predictor(nodes.use_cut, ["params:cut"], values(cut={"at": 5}))))
    assert loaded.predict(1, {"cut": {"at": 7}}) == 8.0


def test_a_value_that_the_type_rejects_is_not_logged(predictor):
    with pytest.raises(LoggingError, match="the parameter 'cut' is rejected by its type Cut: at: Input should be"):
        predictor(nodes.use_cut, ["params:cut"], values(cut={"at": -1}))


def test_an_object_that_its_fields_cannot_recreate_is_not_logged(predictor):
    with pytest.raises(LoggingError, match="its type Doubling makes a different object from the fields of this one"):
        predictor(nodes.use_doubling, ["params:cut"], values(cut={"at": 5}))


def test_a_type_that_cannot_be_imported_by_name_is_not_logged(predictor):
    class Local(nodes.Cut):
        pass

    with pytest.raises(LoggingError, match=r"Local of the parameter 'cut' can't be imported by name"):
        predictor(nodes.unhinted, ["params:cut"], values(cut=Local(at=5)))


def test_a_model_whose_type_is_gone_does_not_load(predictor, tmp_path):
    predictor(nodes.use_cut, ["params:cut"], values(cut={"at": 5}))
    file = tmp_path / "plan" / PLAN_FILE
    content = yaml.safe_load(file.read_text())
    for reference, message in [(f"{HERE}:Gone", "can't be imported"), (f"{HERE}:use_cut", "is not a class")]:
        content["parameter_types"]["cut"]["type"] = reference
        file.write_text(yaml.safe_dump(content))
        with pytest.raises(PlanError, match=message):
            load_predictor(tmp_path / "plan")


def test_hints_are_those_that_kedro_finds(tmp_path):
    first = Pipeline([node(nodes.use_cut, ["x", "params:cut"], "a", name="a")])
    second = Pipeline([node(nodes.use_optional, ["x", "params:cut"], "b", name="b"), *first.nodes])
    assert {(hint.key, hint.declared.type, hint.declared.optional, hint.node) for hint in hints_of(first, second)} == {
        ("cut", nodes.Cut, False, "a"),
        ("cut", nodes.Cut, True, "b"),
    }
    assert hints_of(None) == []


def test_typed_objects_become_mappings_when_parameters_are_logged():
    assert plain({"a": nodes.Cut(at=5), "b": [1], "c": nodes.Limit(at=5)}) == {
        "a": {"at": 5},
        "b": [1],
        "c": {"at": 5},
    }
