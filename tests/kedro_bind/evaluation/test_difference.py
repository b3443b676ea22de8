"""Twenty changes of a model, one at a time: each is found, and nothing else is reported."""

from __future__ import annotations

import importlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from kedro.runner import ThreadRunner
from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import CSVDataset
from kedro_datasets.pickle import PickleDataset
from sklearn.linear_model import LogisticRegression

from kedro_bind.evaluation.difference.compare import ComparedRows, compare_models, example_of
from kedro_bind.evaluation.difference.contents import contents_of
from kedro_bind.project import Origin
from kedro_bind.render.difference import render_difference
from kedro_bind.tracking.log import save_locally
from tests.bindings import resolved

pytestmark = pytest.mark.slow

NODES = '''
import pandas as pd

from differing import helpers
from differing.helpers import centred

LIMIT = 100.0


def fit(customers):
    return {}


def scale(customers, scaler, bounds):
    """Scale what is spent."""
    spend = centred(customers["spend"], scaler["mean"]).clip(bounds["low"], LIMIT)
    return pd.DataFrame({"spend": helpers.halved(spend)})


def unused(customers):
    return customers


def audit(scaled):
    assert len(scaled)


def predict(scaled, classifier, threshold):
    probability = classifier.predict_proba(scaled[["spend"]].to_numpy())[:, 1]
    return pd.DataFrame({"probability": probability, "churns": probability > threshold}, index=scaled.index)


def predict_other(scaled, classifier, threshold):
    return predict(scaled, classifier, threshold)
'''
HELPERS = """
HALF = 0.5


def centred(values, mean):
    return values - mean


def halved(values):
    return values * HALF
"""
ROWS = pd.DataFrame({"spend": [float(value) for value in range(20)], "visits": range(20)})


class Shop:
    """A model in the making: what it is made of may be changed before it is saved."""

    def __init__(self, path: Path) -> None:
        self.path, self.package = path, path / "differing"
        self.package.mkdir(parents=True)
        (self.package / "__init__.py").touch()
        self.options = {"code_paths": ["differing"], "verify": False, "extra_pip_requirements": ["tabulate==0.9.0"]}
        self.kpm = {"runner": "SequentialRunner"}
        self.parameters = {"params:threshold": 0.5, "params:bounds": {"low": -50.0, "inner": {"high": 9}}}
        self.scaler, self.scaler_dataset = {"mean": 9.5, "std": 2.0}, PickleDataset
        self.rows, self.strength = ROWS, 1.0
        self.predict = ("predict", ["scaled", "classifier", "params:threshold"])
        self.audits = ["audit"]
        self.closing = None
        self.write(NODES, HELPERS)

    def write(self, nodes: str, helpers: str) -> None:
        (self.package / "nodes.py").write_text(nodes)
        (self.package / "helpers.py").write_text(helpers)

    def save(self, place: str):
        functions = importlib.import_module("differing.nodes")
        function, inputs = self.predict
        steps = [
            node(functions.scale, ["customers", "scaler", "params:bounds"], "scaled", name="scale"),
            node(getattr(functions, function), inputs, "predictions", name="predict"),
            *(node(functions.audit, "scaled", None, name=name) for name in self.audits),
        ]
        if self.closing is not None:
            steps.append(node(self.closing, "predictions", "answer", name="close"))
        training = Pipeline([node(functions.fit, "customers", ["scaler", "classifier"], name="fit")])
        (self.path / "data").mkdir(exist_ok=True)
        customers = CSVDataset(filepath=str(self.path / "data/customers.csv"))
        customers.save(self.rows)
        scaler = self.scaler_dataset(filepath=str(self.path / "data/scaler"))
        scaler.save(self.scaler)
        classifier = PickleDataset(filepath=str(self.path / "data/classifier.pkl"))
        fitted = LogisticRegression(C=self.strength, random_state=0)
        classifier.save(fitted.fit(ROWS[["spend"]].to_numpy() / 2 - 4.75, ROWS["spend"] > 9))
        datasets = {"customers": customers, "scaler": scaler, "classifier": classifier}
        catalog = DataCatalog(datasets=datasets)
        for name, value in self.parameters.items():
            catalog[name] = value
        binding = resolved(
            Pipeline(steps), "customers", training=training, name="churn", kpm_kwargs=self.kpm,
            log_model_kwargs=self.options,
        )  # fmt: skip
        save_locally(binding, catalog, Origin(self.path, None, "local"), self.path / place)
        return contents_of(self.path / place, place, metrics=False)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    yield Shop(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "differing"]:
        del sys.modules[name]


def code(shop, old, new, *, helpers=False):
    """Change the code on disk, which is what travels with a model."""
    text = (NODES, HELPERS)[helpers]
    assert old in text
    changed = text.replace(old, new)
    shop.write(*((NODES, changed) if helpers else (changed, HELPERS)))


CHANGES = {
    "the code of a node": (
        lambda shop: code(shop, "probability > threshold}", "probability >= threshold}"),
        {("nodes", "predict", "changed")},
    ),
    "a helper by its name": (
        lambda shop: code(shop, "values - mean", "mean - values", helpers=True),
        {("nodes", "scale", "changed")},
    ),
    "a helper by its module, and its constant": (
        lambda shop: code(shop, "HALF = 0.5", "HALF = 0.25", helpers=True),
        {("nodes", "scale", "changed")},
    ),
    "a constant": (lambda shop: code(shop, "LIMIT = 100.0", "LIMIT = 5.0"), {("nodes", "scale", "changed")}),
    "a node that is added": (lambda shop: shop.audits.append("again"), {("nodes", "again", "added")}),
    "a node that is removed": (lambda shop: shop.audits.clear(), {("nodes", "audit", "removed")}),
    "another function": (
        lambda shop: setattr(shop, "predict", ("predict_other", shop.predict[1])),
        {("nodes", "predict", "changed")},
    ),
    "another input": (
        lambda shop: shop.predict[1].__setitem__(0, "customers"),
        {("nodes", "predict", "changed")},
    ),
    "a pickled function": (lambda shop: setattr(shop, "closing", lambda p: p.head()), {("nodes", "close", "changed")}),
    "a parameter": (
        lambda shop: shop.parameters.update({"params:threshold": 0.7}),
        {("parameters", "params:threshold", "changed")},
    ),
    "a part of a parameter": (
        lambda shop: shop.parameters["params:bounds"]["inner"].update(high=10),
        {("parameters", "params:bounds.inner.high", "changed")},
    ),
    "what a caller may set": (
        lambda shop: shop.options.update(predict_params=["threshold"]),
        {("options", "caller sets params:bounds", "removed")},
    ),
    "a value in a mapping": (lambda shop: shop.scaler.update(mean=9.0), {("artifacts", "scaler", "changed")}),
    "a fitted model": (lambda shop: setattr(shop, "strength", 0.1), {("artifacts", "classifier", "changed")}),
    "the dataset of an artifact": (
        lambda shop: setattr(shop, "scaler_dataset", JSONDataset),
        {("artifacts", "scaler", "changed")},
    ),
    "the type of a column": (
        lambda shop: setattr(shop, "rows", ROWS.astype({"visits": float}) + 0.5),
        {("signature", "inputs: visits", "changed")},
    ),
    "a column": (
        lambda shop: setattr(shop, "rows", ROWS.assign(age=30)),
        {("signature", "inputs: age", "added")},
    ),
    "a requirement": (
        lambda shop: shop.options.update(extra_pip_requirements=["tabulate==0.8.10"]),
        {("requirements", "tabulate", "changed")},
    ),
    "a copy mode": (
        lambda shop: shop.kpm.update(copy_mode={"classifier": "deepcopy", "scaler": "assign"}),
        {
            ("copy modes", "classifier", "changed"),
            *(("copy modes", name, "removed") for name in ("customers", "predictions", "scaled")),
        },
    ),
    "the runner": (
        lambda shop: shop.kpm.update(runner=ThreadRunner(max_workers=2)),
        {("runner", "type", "changed"), ("runner", "max_workers", "added")},
    ),
}
NOTHING = {
    "comments, docstrings, formatting and what no node uses": lambda shop: shop.write(
        NODES.replace('"""Scale what is spent."""', '"""Scale."""\n    # a comment')
        .replace("return customers\n", "return customers.head()\n")
        .replace('"churns": probability > threshold', '"churns": (probability\n        > threshold)'),
        HELPERS + "\n\ndef more():\n    return 1\n",
    ),
    "the order of a mapping": lambda shop: setattr(shop, "scaler", {"std": 2.0, "mean": 9.5}),
    "the time of a file": lambda shop: shop.write(NODES, HELPERS),
}


def found(difference):
    return {(change.section, change.name, change.kind) for change in difference.changes}


IN_PROCESSES = ("a value in a mapping", "the dataset of an artifact", "the order of a mapping", "a pickled function")
"""What takes processes that load the models, and is left to `-m full`."""


def named(cases):
    return [pytest.param(name, marks=pytest.mark.full) if name in IN_PROCESSES else name for name in cases]


@pytest.mark.parametrize("change", named(CHANGES))
def test_a_change_is_found_and_nothing_else(shop, change):
    if change == "a pickled function":
        shop.closing = lambda predictions: predictions
    before = shop.save("before")
    make, expected = CHANGES[change]
    make(shop)
    assert found(compare_models(before, shop.save("after"), None)) == expected


@pytest.mark.parametrize("change", named(NOTHING))
def test_what_changes_nothing_is_not_reported(shop, change):
    before = shop.save("before")
    NOTHING[change](shop)
    difference = compare_models(before, shop.save("after"), None)
    assert (list(difference.changes), difference.different) == ([], False)


TRAINING = """
import functools
import pickle
import sys

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

text = pd.DataFrame({"subject": ["no login", "the bill is late", "a login", "pay the bill"], "plan": list("abab")})
columns = ColumnTransformer(
    [
        ("text", TfidfVectorizer(stop_words=["the", "a"]), "subject"),
        ("plan", OneHotEncoder(handle_unknown="ignore"), ["plan"]),
        ("length", CountVectorizer(stop_words=["the", "is"]), "subject"),
    ]
)
trees = GradientBoostingClassifier(n_estimators=3, random_state=np.random.RandomState(int(sys.argv[2])))
numbers = np.arange(40.0).reshape(20, 2)
fitted = {
    "mean": 9.5,
    "std": 2.0,
    "words": functools.partial(set.intersection, {"login", "bill", "late"}),
    "routing": make_pipeline(columns, trees).fit(text, [0, 1, 0, 1]),
    "nearest": KNeighborsClassifier(2).fit(numbers + int(sys.argv[2]), np.arange(20) % 2),
}
with open(sys.argv[1], "wb") as file:
    pickle.dump(fitted, file)
"""


def trained(shop, seed):
    """Return what a process of its own fits."""
    place = shop.path / "fitted.pkl"
    subprocess.run([sys.executable, "-c", TRAINING, str(place), str(seed)], check=True)
    return pickle.loads(place.read_bytes())


def test_training_again_on_the_same_data_is_no_difference_where_estimators_keep_addresses(shop):
    shop.scaler = trained(shop, 0)
    before = shop.save("before")
    shop.scaler = trained(shop, 0)
    after = shop.save("after")
    assert before.plan.artifacts["scaler"].sha256 != after.plan.artifacts["scaler"].sha256
    difference = compare_models(before, after, None)
    assert list(difference.changes) == []


def test_what_estimators_keep_in_private_is_a_difference(shop):
    shop.scaler = trained(shop, 0)
    before = shop.save("before")
    shop.scaler["nearest"] = trained(shop, 1)["nearest"]
    details = [change.detail for change in compare_models(before, shop.save("after"), None).changes]
    assert "nearest._fit_X changed, by up to 1" in details
    assert any(detail.startswith("nearest._tree changed") for detail in details)


def test_artifacts_and_predictions_are_shown_side_by_side(shop):
    before = shop.save("before")
    shop.strength, shop.scaler["mean"] = 0.1, 9.0
    after = shop.save("after")
    rows = example_of(before.folder, after.folder)
    assert rows.name == "the example of the first model"
    pd.testing.assert_frame_equal(rows.value, ROWS.head(5))
    difference = compare_models(before, after, ComparedRows("'customers'", ROWS))
    details = {change.detail: (change.before, change.after) for change in difference.changes}
    assert details["mean changed"] == ("9.5", "9.0")
    assert details["C changed"] == ("1.0", "0.1")
    assert any(detail.startswith("coef_ changed, by up to ") for detail in details)
    predictions = difference.predictions
    assert (predictions.rows, predictions.differing, len(predictions.examples)) == (20, 20, 5)
    assert set(predictions.largest) == {"probability"}
    text = render_difference(difference, "text")
    assert "~ classifier: C changed: 1.0 -> 0.1" in text
    assert "on 'customers': 20 of 20 rows differ; the largest difference is probability " in text
    markdown = render_difference(difference, "markdown")
    assert "| artifacts | `scaler` | mean changed | `9.5` | `9.0` |" in markdown
    told = json.loads(render_difference(difference, "json"))
    assert (told["different"], told["predictions"]["differing"]) == (True, 20)
    assert told["predictions"]["largest"]["probability"] == predictions.largest["probability"]


def test_a_model_that_does_not_predict_is_a_difference(shop):
    before = shop.save("before")
    code(shop, "values - mean", "values - mean['nothing']", helpers=True)
    after = shop.save("after")
    difference = compare_models(before, after, ComparedRows("'customers'", ROWS))
    assert found(difference) == {("nodes", "scale", "changed")}
    assert difference.predictions.problem.startswith("after does not predict: ")
