"""A model is logged and predicts for every type of input, and for the whole table that it was trained on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mlflow
import pandas as pd
import polars as pl
import pytest

from tests.kedro_project import clean_environment
from tests.mlflow_store import all_models
from tests.servers import ask, free_port, serving

pytestmark = pytest.mark.slow

NODES = """
import pandas as pd


def fit(table):
    return {"rows": len(table)}


def predict(table, fitted, k):
    return {"rows": len(table), "fitted": fitted["rows"], "k": k, "seen": describe(table)}


def describe(table):
    return type(table).__module__.partition(".")[0] + "." + type(table).__name__
"""

PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(nodes.fit, "table", "fitted", name="fit", tags="training"),
        node(nodes.predict, ["table", "fitted", "params:k"], "predictions", name="predict", tags="inference"),
    ])
"""

CATALOG = """
table:
  type: pickle.PickleDataset
  filepath: data/table.pkl
fitted:
  type: pickle.PickleDataset
  filepath: data/fitted.pkl
"""

BINDING = """
typed:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: table
"""


@pytest.fixture
def typed(project, store):
    """A project whose pipeline accepts input of any type."""
    project.write(f"src/{project.package}/nodes.py", NODES)
    project.write(f"src/{project.package}/pipelines/data_science/__init__.py", PIPELINE)
    (project.source / "pipelines/reporting/__init__.py").write_text(
        "from kedro.pipeline import Pipeline\n\n\ndef create_pipeline(**kwargs):\n    return Pipeline([])\n"
    )
    project.write("conf/base/catalog.yml", CATALOG)
    project.write("conf/base/parameters.yml", "k: 3\n")
    project.write("conf/base/pipeline_ml.yml", BINDING)
    return project


def logged(project, table):
    """Train on a table, and return the model, loaded from the store."""
    pd.to_pickle(table, project.path / "data/table.pkl")
    with project.session() as session:
        session.run(pipeline_names=["typed"])
    mlflow.set_tracking_uri(project.store)
    client = mlflow.MlflowClient()
    (model,) = all_models(client)
    return mlflow.pyfunc.load_model(model.model_uri)


def warned(messages):
    return [line for line in messages if "the model has no" in line]


EARLY, LATE = [1, None, *range(2, 10)], [*range(1, 10), None]


def flags(values):
    return [None if value is None else bool(value % 2) for value in values]


@pytest.mark.parametrize("values", [EARLY, LATE], ids=["early", "late"])
def test_a_model_predicts_for_a_training_table_with_missing_values(typed, messages, values):
    table = pd.DataFrame(
        {
            "number": pd.array(values, dtype="Int64"),
            "small": pd.array(values, dtype="UInt8"),
            "flag": pd.array(flags(values), dtype="boolean"),
            "object": pd.Series(flags(values), dtype=object),
            "text": [None if value is None else str(value) for value in values],
            "time": pd.to_datetime([None if value is None else f"2026-01-{value:02}" for value in values]),
        }
    )
    model = logged(typed, table)
    assert str(model.metadata.get_input_schema()) == (
        "['number': double (optional), 'small': double (optional), 'flag': Any (optional), 'object': Any (optional)"
        ", 'text': string (optional), 'time': datetime (optional)]"
    )
    assert model.predict(table)["rows"] == 10
    assert model.predict(table.head(1))["rows"] == 1
    assert table["number"].dtype == "Int64"
    assert model.predict(model.input_example)["rows"] == 5
    assert not warned(messages)


def untypable():
    times = pd.to_datetime(["2026-01-01 10:00", "2026-01-02 11:00"])
    plain = {"a": [1, 2]}
    pairs = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    return {
        "time zone": (pd.DataFrame({**plain, "at": times.tz_localize("Europe/Paris")}), "column 'at' (datetime64["),
        "timedelta": (pd.DataFrame({**plain, "took": times - times[0]}), "column 'took' (timedelta64["),
        "levels": (pd.DataFrame([[1, 2]], columns=pairs), "needs unique names of its columns"),
        "series": (pd.Series([1.0, 2.0], name="a"), "a 'pandas.Series'"),
        "mapping": ({"a": 1.0}, "a 'dict'"),
    }


@pytest.mark.parametrize("case", untypable())
def test_a_model_with_input_of_no_mlflow_type_is_logged_with_one_warning(typed, messages, case):
    data, named = untypable()[case]
    model = logged(typed, data)
    (line,) = warned(messages)
    assert "the model has no input in its signature" in line
    assert named in line
    assert "'signature: none'" in line
    assert model.metadata.get_input_schema() is None
    kind = type(data)
    expected = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
    assert model.predict(data) == {"rows": len(data), "fitted": len(data), "k": 3, "seen": expected}
    assert model.predict(data, params={"k": 5})["k"] == 5


def test_a_polars_table_is_accepted_unchanged(typed, messages):
    data = pl.DataFrame({"a": list(range(10))})
    model = logged(typed, data)
    (line,) = warned(messages)
    assert "no input example, since MLflow's pyfunc rejects a 'polars.DataFrame'" in line
    assert model.predict(data)["seen"] == "polars.DataFrame"


def test_there_is_no_warning_if_signature_and_example_are_switched_off(typed, messages):
    typed.write("conf/base/pipeline_ml.yml", BINDING + "  model: {signature: none, input_example: none}\n")
    data, _ = untypable()["timedelta"]
    assert logged(typed, data).predict(data)["rows"] == 2
    assert not warned(messages)


def test_over_http_null_is_accepted_in_a_column_and_rejected_for_a_parameter(typed):
    typed.write(
        f"src/{typed.package}/nodes.py",
        NODES.replace('"seen": describe(table)', '"seen": table.isna().sum().tolist()'),
    )
    table = pd.DataFrame(
        {"number": pd.array(LATE, dtype="Int64"), "flag": pd.array(flags(LATE), dtype="boolean"), "cost": 1.5}
    )
    uri = f"models:/{logged(typed, table).model_id}"
    address = f"http://127.0.0.1:{(port := free_port())}"
    scripts = Path(sys.executable).parent
    environment = clean_environment(MLFLOW_TRACKING_URI=typed.store, PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}")
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", uri, "-p", str(port), "--env-manager", "local"]
    rows = {"columns": ["number", "flag", "cost"], "data": [[None, None, 1.0], [2, True, 1.0]]}
    with serving(command, f"{address}/health", typed.path, environment):
        url = f"{address}/invocations"
        status, response = ask(url, {"dataframe_split": rows})
        assert (status, response["predictions"]["seen"]) == (200, [1, 1, 0])
        status, response = ask(url, {"dataframe_split": {**rows, "data": [[None, None, 1.0]]}, "params": {"k": 4}})
        assert (status, response["predictions"]["k"]) == (200, 4)
        status, text = ask(url, {"dataframe_split": rows, "params": {"k": None}})
        assert status == 400
        assert "the parameter 'k' can't be null: its type is long" in text
        status, text = ask(url, {"dataframe_split": rows, "params": {"k": 2**63}})
        assert status == 400
        assert "the parameter 'k' can't be 9223372036854775808: its type is long" in text
