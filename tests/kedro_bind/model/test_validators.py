"""Validators of the catalog in a loaded model, for every kind of dataset, severity and mode."""

from __future__ import annotations

import logging
import pickle

import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro_datasets.pickle import PickleDataset
from mlflow.exceptions import MlflowException

from kedro_bind.errors import LoggingError
from kedro_bind.model.plan import PlanError
from kedro_bind.model.plan_file import PLAN_FILE, write_plan
from kedro_bind.model.runtime import load_predictor, make_predictor
from kedro_bind.packaging.build import build_plan
from tests.bindings import resolved
from tests.kedro_bind.model import nodes as plain_nodes
from tests.kedro_bind.model import typed_nodes as nodes

pytest.importorskip("kedro.validation.core", reason="Kedro has validators from 1.7 on")

BETWEEN = "tests.kedro_bind.model.typed_nodes.Between"


def between(least=0, most=100, add=0, **spec):
    return {"class": BETWEEN, "options": {"least": least, "most": most, "add": add}, **spec}


@pytest.fixture
def built(tmp_path):
    """Return a function that builds the plan of two nodes; each one adds the artifact."""

    def build(options=None, steps=None, **validators):
        PickleDataset(filepath=str(tmp_path / "artifact.pkl")).save(10)
        entries = {
            "x": {"type": "MemoryDataset"},
            "artifact": {"type": "pickle.PickleDataset", "filepath": str(tmp_path / "artifact.pkl")},
            "middle": {"type": "MemoryDataset"},
            "out": {"type": "MemoryDataset"},
        }
        for name, validator in validators.items():
            entries[name] = {**entries.get(name, {"type": "MemoryDataset"}), "validator": validator}
        inference = Pipeline(
            steps
            or [
                node(plain_nodes.add, ["x", "artifact"], "middle", name="first"),
                node(plain_nodes.add, ["middle", "artifact"], "out", name="second"),
            ]
        )
        folder = tmp_path / "plan"
        folder.mkdir()
        binding = resolved(inference, name="test", log_model_kwargs=options or {})
        built = build_plan(binding, DataCatalog.from_config(entries), folder)
        write_plan(built.plan, folder)
        return built

    return build


@pytest.fixture
def predictor(built):
    def load(**arguments):
        return load_predictor(built(**arguments).folder)

    return load


def status(predictor, value):
    with pytest.raises(MlflowException) as caught:
        predictor.predict(value)
    return caught.value.get_http_status_code(), caught.value.message


def test_the_input_is_validated_once_and_nodes_get_what_the_validator_returns(predictor):
    loaded = predictor(x=between(add=1000))
    assert loaded.predict(1) == 1021
    assert status(loaded, 101) == (
        400,
        f"the input 'x' is rejected by its validator {BETWEEN}: 101 is not between 0 and 100",
    )


def test_an_intermediate_is_validated_when_it_is_saved_and_when_it_is_loaded(predictor):
    assert predictor(middle=between(add=1)).predict(1) == 23


@pytest.mark.parametrize("mode", ["load", "save"])
def test_one_mode_is_one_validation(predictor, mode):
    loaded = predictor(middle=between(add=1, on=mode))
    assert loaded.predict(1) == 22
    code, message = status(loaded, 91)
    assert code == 500
    assert message.startswith("the dataset 'middle' is rejected by its validator")


def test_a_load_after_a_save_that_was_validated_may_be_skipped(predictor):
    assert predictor(middle=between(add=1, skip_load_after_save=True)).predict(1) == 22


def test_the_output_is_validated_when_it_is_saved(predictor):
    loaded = predictor(out=between(add=1))
    assert loaded.predict(1) == 22
    assert status(loaded, 81)[0] == 500
    assert loaded.run(81) == 101  # a server runs this for the rows of several requests


def test_a_model_with_a_rejected_artifact_does_not_load(predictor):
    with pytest.raises(PlanError, match=r"the artifact 'artifact' is rejected by its validator .*: 10 is not between"):
        predictor(artifact=between(most=5))


def test_an_artifact_is_what_its_validator_returns(predictor):
    loaded = predictor(artifact=between(add=5))
    assert loaded.artifacts == {"artifact": 15}
    assert loaded.predict(1) == 31


def test_a_validator_that_only_warns_passes_rejected_data_unchanged(predictor, caplog):
    loaded = predictor(x=between(most=5, add=1, severity="warn"), middle=between(most=5, add=1, severity="warn"))
    with caplog.at_level(logging.WARNING, "kedro_bind"):
        assert loaded.predict(7) == 27
    assert [record.getMessage().partition(":")[2].partition(" is")[0] for record in caplog.records] == [
        " 'x'",
        " 'middle'",
        " 'middle'",
    ]


@pytest.mark.parametrize("switch", ["0", "false", "OFF"])
def test_kedros_switch_is_read_for_each_request(predictor, monkeypatch, switch):
    loaded = predictor(x=between(most=5), middle=between(most=5), out=between(most=5))
    monkeypatch.setenv("KEDRO_DATASET_VALIDATION", switch)
    assert loaded.predict(7) == 27
    monkeypatch.delenv("KEDRO_DATASET_VALIDATION")
    assert status(loaded, 7)[0] == 400


def test_validators_that_a_run_does_not_apply_are_not_in_the_model(built, tmp_path, monkeypatch):
    assert built(x=between(enabled=False), middle=between(on="load", enabled=False)).plan.validators == {}


@pytest.mark.parametrize("off", ["option", "environment", "setting"])
def test_a_model_has_no_validators_if_they_are_switched_off(built, monkeypatch, off):
    if off == "environment":
        monkeypatch.setenv("KEDRO_DATASET_VALIDATION", "0")
    if off == "setting":
        monkeypatch.setattr(DataCatalog, "from_config", without_validation(DataCatalog.from_config))
    options = {"validators": False} if off == "option" else None
    assert built(options=options, x=between()).plan.validators == {}


def without_validation(from_config):
    return lambda entries: from_config(entries, validation_enabled=False)


def test_modes_in_which_inference_does_not_touch_a_dataset_are_left_out(built):
    plan = built(x=between(), artifact=between(on="save"), out=between(on="load"), middle=between()).plan
    assert {name: validator.modes for name, validator in plan.validators.items()} == {
        "x": ["load"],
        "middle": ["load", "save"],
    }


def test_credentials_never_get_into_a_model(built):
    with pytest.raises(LoggingError, match="the validator of 'x' uses credentials, which a model can't have"):
        built(x={"class": BETWEEN, "options": {"store": {"credentials": {"token": "s3cret"}}}})


def test_every_form_of_outputs_is_validated(predictor):
    steps = [
        node(nodes.spread, "x", ["first", "second"], name="spread"),
        node(nodes.by_name, {"first": "first", "second": "second"}, {"total": "t", "least": "l"}, name="by_name"),
        node(nodes.chunks, "t", "last", name="chunks"),
        node(sum_of, ["last", "l", "artifact"], "out", name="sum"),
    ]
    add = {name: between(add=100, on="save", most=1000) for name in ("first", "t", "last")}
    # first 101, second 2; total 103 + 100, least 2; the last chunk 204 + 100; 304 + 2 + 10
    assert predictor(steps=steps, **add).predict(1) == 316


def sum_of(*values):
    return sum(values)


def test_a_node_that_loads_a_dataset_twice_gets_it_validated(predictor):
    steps = [
        node(plain_nodes.add, ["x", "artifact"], "middle", name="first"),
        node(nodes.by_name, {"first": "middle", "second": "middle"}, {"total": "out", "least": "l"}, name="twice"),
        node(forget, "l", None, name="forget"),
    ]
    assert predictor(steps=steps, middle=between(add=100, on="load")).predict(1) == 222


def forget(_value):
    return None


@pytest.mark.parametrize("kedro_runner", [False, True])
def test_kedros_runner_validates_the_same(built, kedro_runner):
    made = built(x=between(add=1), middle=between(add=10), out=between(add=0.5))
    functions = [plain_nodes.add, plain_nodes.add]
    predictor = make_predictor(made.plan, functions, {"artifact": 10}, kedro_runner=kedro_runner)
    assert predictor.predict(1) == 42.5
    with pytest.raises(MlflowException, match="'middle' is rejected") as caught:
        predictor.predict(95)
    assert caught.value.get_http_status_code() == 500


def test_a_catalog_of_kedro_validates_the_same(built):
    plan = built(middle=between(add=10, on="save"), out=between(add=0.5)).plan
    assert plan.validators.keys() == {"middle", "out"}
    catalog = DataCatalog.from_config(
        {
            name: {"type": "MemoryDataset", "validator": between(add=add, on="save")}
            for name, add in [("middle", 10), ("out", 0.5)]
        }
    )
    catalog["x"], catalog["artifact"] = MemoryDataset(1), MemoryDataset(10)
    middle = plain_nodes.add(catalog.load("x"), catalog.load("artifact"))
    catalog.save("middle", middle)
    catalog.save("out", plain_nodes.add(catalog.load("middle"), 10))
    predictor = make_predictor(plan, [plain_nodes.add, plain_nodes.add], {"artifact": 10})
    assert predictor.predict(1) == catalog.get("out").load() == 31.5


def test_a_predictor_is_pickled_with_its_validators(predictor):
    loaded = pickle.loads(pickle.dumps(predictor(x=between(add=1), middle=between(add=1))))
    assert loaded.predict(1) == 24


def test_an_error_names_the_node_whose_dataset_is_rejected(predictor):
    with pytest.raises(MlflowException) as caught:
        predictor(middle=between(most=5)).predict(7)
    assert any("first" in note for note in getattr(caught.value, "__notes__", ["first"]))


def test_a_model_whose_validator_is_gone_does_not_load(built):
    folder = built(x=between()).folder
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    content["validators"]["x"]["type"] = f"{BETWEEN}Gone"
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match=f"the validator '{BETWEEN}Gone' of 'x' can't be loaded"):
        load_predictor(folder)


def test_a_validator_of_an_unknown_dataset_is_rejected(built):
    folder = built(x=between()).folder
    content = yaml.safe_load((folder / PLAN_FILE).read_text())
    content["validators"]["z"] = content["validators"]["x"]
    (folder / PLAN_FILE).write_text(yaml.safe_dump(content))
    with pytest.raises(PlanError, match="validators has 'z', which is not a dataset of its nodes"):
        load_predictor(folder)


def test_pandera_reports_column_check_count_and_rows(predictor):
    loaded = predictor(x={"class": "tests.kedro_bind.model.schemas.Sizes"})
    table = pd.DataFrame({"size": [1, -2, 3, -4, -5, -6, -7, -8], "kind": ["a", "b", "c", "a", "a", "a", "a", "a"]})
    code, message = status(loaded, table)
    assert code == 400
    assert "column 'size': greater_than_or_equal_to(0) fails 6 times (such as row 1: -2, row 3: -4" in message
    assert "column 'kind': isin(['a', 'b']) fails once (row 2: c)" in message
    code, message = status(loaded, table[["kind"]])
    assert "column_in_dataframe fails once (size)" in message
