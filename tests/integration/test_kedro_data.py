"""What Kedro does to data on its way into a node: typed parameters and validators, in a logged model too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import yaml
from mlflow.exceptions import MlflowException

from tests.kedro_project import BINDING, clean_environment
from tests.mlflow_store import all_models
from tests.servers import ask, free_port, serve_command, serving

pytestmark = pytest.mark.slow

TYPES = """
from dataclasses import dataclass

from pydantic import BaseModel, Field


class Cut(BaseModel):
    at: float = Field(ge=-100, le=100)
    label: str = "churns"


@dataclass
class Growth:
    depth: int

    def __post_init__(self):
        if self.depth < 1:
            raise ValueError("depth must be positive")
"""

NODES = """
import pandas as pd

from {package}.types import Cut, Growth


def fit_scaler(customers: pd.DataFrame) -> dict:
    return {"mean": float(customers["spend"].mean()), "std": float(customers["spend"].std())}


def scale(customers: pd.DataFrame, scaler: dict) -> pd.DataFrame:
    return customers.assign(spend=(customers["spend"] - scaler["mean"]) / scaler["std"])


def fit_classifier(scaled: pd.DataFrame, growth: Growth) -> dict:
    return {"weight": -1.0 * growth.depth, "bias": float(scaled["visits"].mean())}


def predict(scaled: pd.DataFrame, classifier: dict, cut: Cut) -> pd.DataFrame:
    score = classifier["weight"] * scaled["spend"] + classifier["bias"] - scaled["visits"]
    return pd.DataFrame({"score": score, cut.label: score > cut.at})


def tell(predictions, growth, depth):
    return predictions.assign(depth=growth.depth + depth)


def report(customers):
    return len(customers)
"""

PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    both = ["training", "inference"]
    return Pipeline([
        node(nodes.fit_scaler, "customers", "scaler", name="fit_scaler", tags="training"),
        node(nodes.scale, ["customers", "scaler"], "scaled", name="scale", tags=both),
        node(nodes.fit_classifier, ["scaled", "params:growth"], "classifier", name="fit_classifier", tags="training"),
        node(nodes.predict, ["scaled", "classifier", "params:cut"], "predictions", name="predict", tags="inference"),
        node(nodes.tell, ["predictions", "params:growth", "params:growth.depth"], "told", name="tell",
             tags="inference"),
    ])
"""

ROWS = pd.DataFrame({"spend": [1.0, 30.0], "visits": [2, 3]})


@pytest.fixture
def typed(project):
    """A project whose nodes declare types for parameters: one in training, the other in inference alone."""
    pytest.importorskip("kedro.validation", reason="typed parameters come with Kedro 1.3")
    project.write(f"src/{project.package}/types.py", TYPES)
    project.write(f"src/{project.package}/nodes.py", NODES)
    project.write(f"src/{project.package}/pipelines/data_science/__init__.py", PIPELINE)
    project.write("conf/base/parameters.yml", "growth: {depth: 3}\ncut: {at: 0}\n")
    return project


def logged(project, store, name="churn"):
    mlflow.set_tracking_uri(store)
    client = mlflow.MlflowClient()
    models = all_models(client)
    return next(model for model in models if model.name == name)


def plan_of(model):
    return yaml.safe_load(mlflow.artifacts.load_text(f"{model.artifact_location}/artifacts/plan/plan.yml"))


def served(model, folder, by="mlflow models serve"):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    scripts = Path(sys.executable).parent
    environment = clean_environment(
        MLFLOW_TRACKING_URI=mlflow.get_tracking_uri(), PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}"
    )
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", model.model_uri]
    command += ["--env-manager=local", f"--port={port}", "--host=127.0.0.1", "--workers=1"]
    command = serve_command(model.model_uri, f"--port={port}") if by == "kedro bind serve" else command
    return f"{address}/invocations", serving(command, f"{address}/ping", folder, environment)


def test_a_run_with_typed_parameters_logs_a_model_that_makes_the_same_objects(typed, store, messages, tmp_path):
    with typed.session() as session:
        session.run(pipeline_names=["churn"])
    assert not [line for line in messages if "bad-parameter" in line or "can't type" in line]
    model = logged(typed, store)
    plan = plan_of(model)
    assert plan["parameters"] == {"params:cut": {"at": 0.0}, "params:growth": {"depth": 3}, "params:growth.depth": 3}
    assert plan["parameter_types"] == {
        "cut": {"type": f"{typed.package}.types:Cut"},
        "growth": {"type": f"{typed.package}.types:Growth"},
    }
    loaded = mlflow.pyfunc.load_model(model.model_uri)
    answer = loaded.predict(ROWS)
    assert answer["depth"].tolist() == [6, 6]
    assert loaded.predict(ROWS, params={"growth": {"depth": 5}})["depth"].tolist() == [8, 8]
    lower = loaded.predict(ROWS, params={"cut": {"at": -50.0}})
    assert lower["churns"].all()
    assert not answer["churns"].all()
    with pytest.raises(MlflowException, match="parameter 'cut' is rejected by its type Cut: at: Input should be less"):
        loaded.predict(ROWS, params={"cut": {"at": 101.0}})

    body = {"dataframe_split": ROWS.to_dict(orient="split", index=False)}
    for by in ("mlflow models serve", "kedro bind serve"):
        url, server = served(model, tmp_path, by)
        with server:
            assert ask(url, body) == (200, {"predictions": answer.to_dict(orient="records")})
            assert ask(url, {**body, "params": {"growth": {"depth": 5}}})[0] == 200
            for params, message in (
                ({"growth": {"depth": 0}}, "depth must be positive"),
                ({"cut": {"at": 101.0}}, "at: Input should be less than or equal to 100"),
            ):
                status, text = ask(url, {**body, "params": params})
                assert (status, message in text) == (400, True), text


def test_logging_what_is_stored_gives_the_same_plan(typed, store):
    with typed.session() as session:
        session.run(pipeline_names=["churn"])
    after_training = plan_of(logged(typed, store))
    typed.kedro("bind", "log", "churn")
    stored = plan_of(logged(typed, store))
    assert stored == after_training


@pytest.mark.parametrize(
    "runner",
    [
        "{type: ThreadRunner, max_workers: 2}",
        pytest.param("{type: ParallelRunner, max_workers: 2}", marks=pytest.mark.full),
    ],
)
def test_another_runner_hands_the_same_objects_to_nodes(typed, store, runner):
    typed.write("conf/base/pipeline_ml.yml", BINDING + f"  runner: {runner}\n")
    # Its processes are spawned from the main module, which has to be one that they can import.
    typed.kedro("run", "--pipelines=churn")
    model = logged(typed, store)
    program = typed.write(
        "ask.py",
        f"""
        import mlflow, pandas as pd

        if __name__ == "__main__":
            mlflow.set_tracking_uri({store!r})
            model = mlflow.pyfunc.load_model({model.model_uri!r})
            rows = pd.DataFrame({{"spend": [1.0], "visits": [2]}})
            deeper = {{"growth": {{"depth": 5}}}}
            print(model.predict(rows)["depth"].tolist(), model.predict(rows, deeper)["depth"].tolist())
        """,
    )
    assert typed.python(str(program)).stdout.strip().splitlines()[-1] == "[6] [8]"


def test_a_model_made_by_hand_hands_objects_to_nodes(typed, store):
    from kedro.framework.project import pipelines

    from kedro_bind import KedroPipelineModel

    with typed.session() as session:
        session.run(pipeline_names=["data_science"], tags=["training"])
    with typed.session() as session:
        catalog = session.load_context().catalog
        model = KedroPipelineModel(pipeline_ml=pipelines["churn"], catalog=catalog)
    assert model.plan.parameters["params:growth"] == {"depth": 3}
    artifacts = model.extract_pipeline_artifacts()
    mlflow.pyfunc.save_model(typed.path / "model", python_model=model, artifacts=artifacts, pip_requirements=[])
    loaded = mlflow.pyfunc.load_model(str(typed.path / "model"))
    assert loaded.predict(ROWS)["depth"].tolist() == [6, 6]


SCHEMAS = """
import pandera.pandas as pa


class Customers(pa.DataFrameModel):
    spend: float = pa.Field(ge=0, coerce=True)
    visits: int = pa.Field(le=100)


class Scaled(pa.DataFrameModel):
    spend: float = pa.Field(le=50)


class Bounds:
    def __init__(self, largest, column="score"):
        self.largest, self.column = largest, column

    def validate(self, table):
        if (table[self.column].abs() > self.largest).any():
            raise ValueError(f"a {self.column} is beyond {self.largest}")
        return table.assign(checked=True)


def has_weight(classifier):
    assert "weight" in classifier, "no weight"
"""

VALIDATED = """
customers:
  type: pandas.CSVDataset
  filepath: data/customers.csv
  validator: {package}.schemas.Customers
scaler:
  type: pickle.PickleDataset
  filepath: data/scaler.pkl
scaled:
  type: MemoryDataset
  validator: {class: {package}.schemas.Scaled, on: save}
classifier:
  type: pickle.PickleDataset
  filepath: data/classifier.pkl
  validator: {package}.schemas.has_weight
predictions:
  type: MemoryDataset
  validator: {class: {package}.schemas.Bounds, options: {largest: 90}}
"""


@pytest.fixture
def validated(project):
    """A project whose catalog declares validators for all kinds of datasets of inference."""
    pytest.importorskip("kedro.validation.core", reason="validators come with Kedro 1.7")
    project.write(f"src/{project.package}/schemas.py", SCHEMAS)
    project.write("conf/base/catalog.yml", VALIDATED)
    return project


def test_a_model_validates_what_a_run_of_kedro_validates(validated, store, tmp_path):
    with validated.session() as session:
        session.run(pipeline_names=["churn"])
    model = logged(validated, store)
    package = f"{validated.package}.schemas"
    assert plan_of(model)["validators"] == {
        "classifier": {"type": f"{package}.has_weight", "modes": ["load"]},
        "customers": {"type": f"{package}.Customers", "modes": ["load"]},
        "predictions": {"type": f"{package}.Bounds", "modes": ["save"], "options": {"largest": 90}},
        "scaled": {"type": f"{package}.Scaled", "modes": ["save"]},
    }
    requirements = mlflow.artifacts.load_text(f"{model.artifact_location}/requirements.txt")
    assert "pandera==" in requirements
    answer = mlflow.pyfunc.load_model(model.model_uri).predict(ROWS)
    assert answer["checked"].tolist() == [True, True]

    url, server = served(model, tmp_path)
    with server:
        assert ask(url, rows([[1.0, 2], [30.0, 3]]))[0] == 200
        status, text = ask(url, rows([[1.0, 2], [-5.0, 3], [-1.0, 4]]))
        assert status == 400
        assert "the input 'customers' is rejected by its validator" in text
        assert "column 'spend': greater_than_or_equal_to(0) fails 2 times (row 1: -5.0, row 2: -1.0)" in text
        status, text = ask(url, rows([[1000.0, 2]]))
        assert status == 500
        assert "the dataset 'scaled' is rejected by its validator" in text
        status, text = ask(url, rows([[30.0, -2000]]))
        assert status == 500
        assert "'predictions' is rejected by its validator" in text
        assert "a score is beyond 90" in text


def rows(data):
    return {"dataframe_split": {"columns": ["spend", "visits"], "data": data}}


def test_the_signature_has_the_input_as_it_comes_in(validated, store):
    schemas = validated.source / "schemas.py"
    schemas.write_text(schemas.read_text() + "\n\ndef with_total(table):\n    return table.assign(total=table.spend)\n")
    validated.write("conf/base/catalog.yml", VALIDATED.replace("schemas.Customers", "schemas.with_total"))
    with validated.session() as session:
        session.run(pipeline_names=["churn"])
    after_training = logged(validated, store)
    validated.kedro("bind", "log", "churn")
    for model in (after_training, logged(validated, store)):
        info = mlflow.models.get_model_info(model.model_uri)
        assert info.signature.inputs.input_names() == ["spend", "visits"]
        assert list(mlflow.pyfunc.load_model(model.model_uri).predict(ROWS).columns) == ["score", "churns", "checked"]
