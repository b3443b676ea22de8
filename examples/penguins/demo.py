"""Train and log the penguins model, load it from MLflow, and ask it about three penguins."""

import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.entities.model_registry import ModelVersion

PROJECT = Path(__file__).resolve().parent
MODEL = "penguins"
RUN = [sys.executable, "-m", "kedro", "run", f"--pipelines={MODEL}"]

PENGUINS = pd.DataFrame(
    [
        ("Torgersen", 39.1, 18.7, 181.0, 3750.0, "male"),
        ("Biscoe", 47.5, 14.2, 209.0, 4600.0, None),  # nobody could tell its sex
        ("Dream", 43.0, 18.3, 196.0, 3800.0, "female"),
    ],
    columns=[
        "island",
        "bill_length_mm",
        "bill_depth_mm",
        "flipper_length_mm",
        "body_mass_g",
        "sex",
    ],
)


def train_and_log() -> None:
    """Run the bound pipeline in the project's folder, as a user would from the shell."""
    print("$ kedro", *RUN[3:], flush=True)
    run = subprocess.run(RUN, cwd=PROJECT, env={"DO_NOT_TRACK": "1", **os.environ}, check=False)
    if run.returncode != 0:
        sys.exit(f"demo: the Kedro run failed (exit code {run.returncode}), see its output above.")


def find_newest_version() -> ModelVersion:
    """Find the version that the run has just registered."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{PROJECT / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    versions = mlflow.MlflowClient().search_model_versions(f"name='{MODEL}'")
    if not versions:
        sys.exit(f"demo: the run registered no model '{MODEL}' at {uri}; is kedro_bind installed here?")
    return max(versions, key=lambda version: int(version.version))


def main() -> None:
    """Print what the newest model says."""
    train_and_log()
    uri = f"models:/{MODEL}/{find_newest_version().version}"
    model = mlflow.pyfunc.load_model(uri)
    for params in ({}, {"min_probability": 0.9}):
        answers = model.predict(PENGUINS, params=params)
        print(f"\n{uri} {params or ''}")
        print(PENGUINS.join(answers.round(3)).to_string(index=False, na_rep="?"))


if __name__ == "__main__":
    main()
