"""A library that only an artifact needs is pinned, and verification warns about another version of it."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import mlflow
import pytest

from tests.kedro_project import BINDING, CATALOG, PIPELINE

pytestmark = pytest.mark.slow

FITTING = """
def fit_scaler(customers):
    from sklearn.feature_extraction.text import TfidfVectorizer

    return {"mean": 20.0, "std": 5.0, "words": TfidfVectorizer().fit(["to be", "or not to be"])}


def fit_classifier(scaled, depth):
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(max_depth=depth).fit(scaled, scaled["visits"])
"""

NODES = """
import pandas as pd


def scale(customers: pd.DataFrame, scaler: dict) -> pd.DataFrame:
    words = scaler["words"].transform(["to be"] * len(customers)).sum(axis=1)
    return customers.assign(spend=(customers["spend"] - scaler["mean"]) / scaler["std"] + words.A1)


def predict(scaled: pd.DataFrame, classifier, threshold: float) -> pd.DataFrame:
    return pd.DataFrame({"score": classifier.predict(scaled)})


def report(customers: pd.DataFrame) -> str:
    return f"{len(customers)} customers"
"""


@pytest.fixture
def fitted(project, store):
    """A project whose inference nodes do not import scikit-learn, but whose artifacts are made with it."""
    source = f"src/{project.package}"
    project.write(f"{source}/fitting.py", FITTING)
    project.write(f"{source}/nodes.py", NODES)
    pipeline = PIPELINE.replace("nodes.fit_", "fitting.fit_").replace("import nodes", "import fitting, nodes")
    project.write(f"{source}/pipelines/data_science/__init__.py", pipeline)
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {registered_model_name: churn}\n")
    return project


def run(project):
    with project.session() as session:
        session.run(pipeline_names=["churn"])
    mlflow.set_tracking_uri(project.store)


def requirements(version):
    lines = Path(mlflow.pyfunc.get_model_dependencies(f"models:/churn/{version}")).read_text().split()
    return {line.partition("==")[0]: line.partition("==")[2] for line in lines}


def test_a_library_that_only_an_artifact_needs_is_pinned_without_its_own_requirements(fitted):
    run(fitted)
    pins = requirements(1)
    assert pins["scikit-learn"] == importlib.metadata.version("scikit-learn")
    assert not {"joblib", "threadpoolctl"} & set(pins)
    expected = {"kedro", "kedro-bind", "kedro-datasets", "mlflow", "numpy", "pandas", "scikit-learn", "scipy"}
    assert set(pins) <= expected


PLAIN = """
from kedro_datasets.pickle import PickleDataset


class PlainDataset(PickleDataset):
    def save(self, data):
        super().save(dict(data))
"""


@pytest.mark.parametrize("dataset", ["json.JSONDataset", "{package}.plain.PlainDataset"])
def test_a_library_that_made_an_artifact_and_is_not_needed_to_load_it_is_not_pinned(project, store, dataset):
    bunch = """
def fit_scaler(customers):
    from sklearn.utils import Bunch

    return Bunch(mean=20.0, std=5.0)
"""
    project.write(f"src/{project.package}/fitting.py", bunch)
    pipeline = PIPELINE.replace("nodes.fit_scaler", "fitting.fit_scaler").replace(
        "import nodes", "import fitting, nodes"
    )
    project.write(f"src/{project.package}/pipelines/data_science/__init__.py", pipeline)
    project.write(f"src/{project.package}/plain.py", PLAIN)
    project.write("conf/base/catalog.yml", CATALOG.replace("pickle.PickleDataset", dataset, 1))
    project.write("conf/base/pipeline_ml.yml", BINDING + "  model: {registered_model_name: churn}\n")
    run(project)
    assert set(requirements(1)) <= {"kedro", "kedro-bind", "kedro-datasets", "mlflow", "numpy", "pandas"}


def test_an_artifact_of_another_version_of_its_library_is_a_warning(fitted, messages):
    version = importlib.metadata.version("scikit-learn").encode()
    run(fitted)
    assert not any("loading the saved model warns" in line for line in messages)
    classifier = fitted.path / "data/classifier.pkl"
    other = version[:-1] + (b"0" if version[-1:] != b"0" else b"1")
    classifier.write_bytes(classifier.read_bytes().replace(version, other))
    logged = fitted.kedro("bind", "log", "churn")
    assert "loading the saved model warns: InconsistentVersionWarning" in logged.stdout + logged.stderr
    assert requirements(2)["scikit-learn"] == version.decode()


def test_it_is_pinned_without_a_verification_too(fitted):
    fitted.write("conf/base/pipeline_ml.yml", BINDING + "  model: {registered_model_name: churn, verify: false}\n")
    run(fitted)
    assert requirements(1)["scikit-learn"] == importlib.metadata.version("scikit-learn")


def test_a_column_that_no_prediction_depends_on_is_a_warning_with_the_remedy(fitted, messages):
    rows = (fitted.path / "data/customers.csv").read_text().splitlines()
    table = [f"{row},{'churned' if not number else number % 2}" for number, row in enumerate(rows)]
    fitted.write("data/customers.csv", "\n".join(table) + "\n")
    fitted.write(
        f"src/{fitted.package}/nodes.py",
        NODES.replace("classifier.predict(scaled)", "classifier.predict(scaled[['spend', 'visits']])"),
    )
    fitted.write(
        f"src/{fitted.package}/fitting.py",
        FITTING.replace('.fit(scaled, scaled["visits"])', '.fit(scaled[["spend", "visits"]], scaled["churned"])'),
    )
    run(fitted)
    (warning,) = [line for line in messages if "no prediction depends on" in line]
    assert "the column 'churned' of 'customers'" in warning
    assert "'training.input_name'" in warning
