"""Credentials do not become part of a model, wherever they are."""

from __future__ import annotations

import pickle
from functools import partial

import pytest
from kedro.io import AbstractDataset, DataCatalog
from kedro.pipeline import Pipeline, node
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.pickle import PickleDataset

from conf_schema import RunnerSpec
from kedro_bind import KedroPipelineModel, LoggingError
from kedro_bind.packaging.build import build_plan
from kedro_bind.packaging.credentials import options_with_credentials
from kedro_bind.redaction import Redaction, redacting
from tests.bindings import resolved

SECRET = "known-Token-4411"


@pytest.fixture(autouse=True)
def _known():
    with redacting(Redaction(lambda: [SECRET])):
        yield


def predict(x, *_):
    return x


def calling(key):
    def call(x, *_):
        return [x, key]

    return call


class Captured(AbstractDataset):
    """A dataset that is not a file."""

    def load(self):
        return {"client": {"header": f"Bearer {SECRET}"}}

    def save(self, data):
        raise NotImplementedError

    def _describe(self):
        return {}


def build(folder, *inputs, function=predict, by_hand=False, runner=None, **datasets):
    """Build a plan, or a model by hand."""
    catalog = DataCatalog({name: dataset for name, dataset in datasets.items() if isinstance(dataset, AbstractDataset)})
    for name in datasets.keys() - set(catalog.keys()):
        catalog[f"params:{name}"] = datasets[name]
    inference = Pipeline([node(function, ["x", *inputs], "out", name="predict")])
    if by_hand:
        return KedroPipelineModel(inference, catalog, "x", runner=runner)
    binding = resolved(inference, name="churn", kpm_kwargs={"runner": runner} if runner else {})
    folder.joinpath("plan").mkdir()
    return build_plan(binding, catalog, folder / "plan")


@pytest.fixture(params=[False, True], ids=["by the hooks", "by hand"])
def refused(request, tmp_path):
    """Return the message with which a model is refused."""

    def message(*inputs, **options):
        with pytest.raises(LoggingError) as raised:
            build(tmp_path, *inputs, by_hand=request.param, **options)
        assert SECRET not in str(raised.value)
        return str(raised.value)

    return message


@pytest.mark.parametrize(
    ("value", "key"),
    [({"url": "u", "password": "hunter2hunter2"}, "service.password"), (["a", f"b {SECRET}"], "service")],
)
def test_in_a_parameter(refused, value, key):
    assert refused("params:service", service=value) == (
        f"the inference parameter 'params:service' has credentials in it ({key}), and the model would have them too"
        "; let the node read them from environment variables"
    )


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [({"api_key": "x", "note": SECRET}, "api_key, note"), ({"options": {"headers": [SECRET]}}, "options.headers")],
)
def test_in_an_argument_of_the_runner(refused, arguments, keys):
    assert refused(runner=RunnerSpec(type="shop.Runner", **arguments)) == (
        f"the runner has credentials in it ({keys}), and the model would have them too"
        "; let it read them from environment variables"
    )


def test_in_an_argument_of_a_dataset(refused, tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")
    table = CSVDataset(filepath=str(tmp_path / "t.csv"), load_args={"comment": SECRET})
    message = refused("table", table=table)
    assert "the catalog entry of the artifact 'table' has credentials in it (load_args.comment)" in message
    assert "move them to credentials.yml" in message


@pytest.mark.parametrize("function", [calling(SECRET), partial(calling("a"), SECRET)])
def test_in_a_function_that_is_pickled(refused, function):
    message = refused(function=function)
    assert "the function of node 'predict', which can't be imported by name, has credentials in its pickle" in message
    assert "let the function read them from environment variables" in message


def test_in_a_value_that_is_captured(tmp_path):
    with pytest.raises(LoggingError, match="the artifact 'client', which is not a file, has credentials in its pickle"):
        build(tmp_path, "client", client=Captured())
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_value_of_a_secret_variable_is_found_in_a_pickle(refused, monkeypatch):
    monkeypatch.setenv("SHOP_API_KEY", "in-the-Environment-5")
    assert "in its pickle" in refused(function=calling("in-the-Environment-5"))


def test_what_is_too_short_or_something_else_is_accepted(tmp_path):
    dataset = PickleDataset(filepath=str(tmp_path / "a.pkl"))
    dataset.save(1)
    with redacting(Redaction(lambda: ["short"])):
        built = build(tmp_path, "a", "params:depth", function=calling("short"), a=dataset, depth={"name": "short"})
    assert pickle.loads((built.folder / built.plan.nodes[0].pickle).read_bytes())(1) == [1, "short"]


def test_in_options_that_mlflow_stores(tmp_path):
    (tmp_path / "config.yml").write_text(f"url: https://host/{SECRET}\nclient: {{token: x}}\n")
    options = {
        "params": {"api_key": "x"},
        "model_config": {"token": "x", "depth": 3},
        "prompts": [f"prompts:/{SECRET}"],
        "model_type": "regressor",
    }

    def found(**options):
        inference = Pipeline([node(predict, "x", "out", name="predict")])
        return options_with_credentials(resolved(inference, log_model_kwargs=options).model)

    assert found(**options) == {"model_config": ["model_config.token"], "prompts": ["prompts"]}
    assert found(model_config=str(tmp_path / "config.yml")) == {
        "model_config": ["model_config.client.token", "model_config.url"]
    }
    assert found(model_config=str(tmp_path / "gone.yml"), step=3) == {}
