"""Make what the measurements need: data, MLflow stores, and the models that are written by hand.

Usage: prepare.py PART JSON; PART is the name of a function here, JSON its arguments.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from protocol import claim_output, say

ROWS = 12_000
COLUMNS = ("a", "b", "c", "d")

HAND_WRITTEN = '''"""What one writes without Kedro in the model: the same functions, called in order."""

import pickle
from pathlib import Path

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

from benchmark_project.nodes import adjust, decide, scale


class HandWritten(PythonModel):
    def load_context(self, context):
        self.scaler = pickle.loads(Path(context.artifacts["scaler"]).read_bytes())
        self.model = pickle.loads(Path(context.artifacts["model"]).read_bytes())

    def predict(self, context, model_input, params=None):
        threshold = params["threshold"] if params else 0.5
        scaler = self.scaler
        matrix = scale(model_input, scaler)
{steps}        return decide(matrix, self.model, threshold)


set_model(HandWritten())
'''

HAND_WRITTEN_BATCHED = '''"""The five nodes of the batched project, called in order."""

import pickle
from pathlib import Path

from batched_project.nodes import complete, decide, derive, encode, scale
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class HandWritten(PythonModel):
    def load_context(self, context):
        self.fitted = {name: pickle.loads(Path(path).read_bytes()) for name, path in context.artifacts.items()}

    def predict(self, context, model_input, params=None):
        derived = derive(encode(complete(model_input, self.fitted["medians"])))
        return decide(scale(derived, self.fitted["scaler"]), self.fitted["classifier"])


set_model(HandWritten())
'''


def data(folder: str, source: str, kind: str, trees: int, ballast_mb: int) -> None:
    """Write customers, the fitted model of a kind (small, forest, ballast), and rows to predict."""
    import numpy as np
    import pandas as pd

    sys.path.insert(0, source)
    from benchmark_project.nodes import Ballast, Weights

    random = np.random.default_rng(0)
    customers = pd.DataFrame(random.normal(size=(ROWS, len(COLUMNS))), columns=list(COLUMNS))
    weights = np.array([0.5, -1.0, 2.0, 0.25])
    if kind == "forest":
        from sklearn.ensemble import RandomForestRegressor

        target = customers.to_numpy() @ weights + random.normal(size=ROWS)
        fitted: Any = RandomForestRegressor(n_estimators=trees, random_state=0).fit(customers.to_numpy(), target)
    elif kind == "ballast":
        fitted = Ballast(weights, random.integers(0, 255, size=ballast_mb << 20, dtype=np.uint8))
    else:
        fitted = Weights(weights)
    target_folder = Path(folder)
    target_folder.mkdir(parents=True, exist_ok=True)
    pd.to_pickle(customers, target_folder / "customers.pkl")
    pd.to_pickle(fitted, target_folder / "fitted.pkl")
    pd.to_pickle(customers.iloc[:1000].copy(), target_folder / "rows.pkl")


def customers(folder: str) -> None:
    """Write a table of customers, with missing values and a column of text."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "age": random.uniform(16, 90, ROWS).round(),
            "income": random.lognormal(10.5, 0.5, ROWS),
            "visits": random.poisson(3, ROWS).astype("float64"),
            "spend": random.lognormal(2, 1, ROWS),
            "region": random.choice(["north", "east", "south", "west"], ROWS),
        }
    )
    table.loc[::7, "age"] = None
    Path(folder).mkdir(parents=True, exist_ok=True)
    pd.to_pickle(table, Path(folder) / "customers.pkl")


def store(project: str) -> None:
    """Make the project's store and experiment, so that no run pays for it."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{project}/mlflow.db")
    mlflow.create_experiment("benchmark_project", artifact_location=Path(project, "mlartifacts").as_uri())


def hand_written(project: str, like: str, length: int) -> None:
    """Log the model written by hand, with the signature of the model `like` and the same artifacts and code."""
    import mlflow
    from mlflow.models import Model

    home = Path(project)
    sys.path.insert(0, str(home / "src"))
    _open(home)
    code = home / f"hand_written_{length}.py"
    steps = "        matrix = adjust(matrix, scaler)\n" * (length - 2)
    code.write_text(HAND_WRITTEN.replace("{steps}", steps), encoding="utf-8")
    with mlflow.start_run():
        mlflow.pyfunc.log_model(
            name=f"hand_written_{length}",
            python_model=str(code),
            artifacts={name: (home / "data" / f"{name}.pkl").as_uri() for name in ("scaler", "model")},
            code_paths=[str(home / "src" / "benchmark_project")],
            signature=Model.load(like).signature,
            pip_requirements=["mlflow"],
        )


def hand_written_batched(project: str, like: str, folder: str) -> None:
    """Save the model of five nodes written by hand, with the signature of the model `like` and the same artifacts."""
    import mlflow
    from mlflow.models import Model

    home = Path(project)
    sys.path.insert(0, str(home / "src"))
    code = home / "hand_written_batched.py"
    code.write_text(HAND_WRITTEN_BATCHED, encoding="utf-8")
    mlflow.pyfunc.save_model(
        folder,
        python_model=str(code),
        artifacts={name: (home / "data" / f"{name}.pkl").as_uri() for name in ("medians", "scaler", "classifier")},
        code_paths=[str(home / "src" / "batched_project")],
        signature=Model.load(like).signature,
        pip_requirements=["mlflow"],
    )


def sklearn(project: str, kind: str) -> None:
    """Log an estimator behind a scaler with MLflow's own flavor; it knows no parameters of a request."""
    import mlflow
    import pandas as pd
    from mlflow.models import infer_signature
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    home = Path(project)
    sys.path.insert(0, str(home / "src"))
    _open(home)
    customers = pd.read_pickle(home / "data" / "customers.pkl")
    scaler = StandardScaler().fit(customers)
    if kind == "forest":
        estimator = pd.read_pickle(home / "data" / "model.pkl")
    else:
        estimator = LinearRegression().fit(scaler.transform(customers), customers.to_numpy() @ [0.5, -1.0, 2.0, 0.25])
    pipeline = make_pipeline(scaler, estimator)
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            pipeline,
            name="sklearn",
            signature=infer_signature(customers, pipeline.predict(customers.iloc[:5])),
            serialization_format="cloudpickle",
            pip_requirements=["mlflow", "scikit-learn"],
        )


def _open(project: Path) -> None:
    import mlflow

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_tracking_uri(f"sqlite:///{project}/mlflow.db")
    mlflow.set_experiment("benchmark_project")


if __name__ == "__main__":
    output = claim_output()
    parts = (data, customers, store, hand_written, hand_written_batched, sklearn)
    {part.__name__: part for part in parts}[sys.argv[1]](**json.loads(sys.argv[2]))
    say(output, {"done": sys.argv[1]})
