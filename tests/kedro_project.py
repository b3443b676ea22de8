"""Real Kedro projects in temporary folders, all with different package names."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_serial = itertools.count()

NODES = """
import pandas as pd


def fit_scaler(customers: pd.DataFrame) -> dict:
    return {"mean": float(customers["spend"].mean()), "std": float(customers["spend"].std())}


def scale(customers: pd.DataFrame, scaler: dict) -> pd.DataFrame:
    return customers.assign(spend=(customers["spend"] - scaler["mean"]) / scaler["std"])


def fit_classifier(scaled: pd.DataFrame, depth: int) -> dict:
    return {"weight": -1.0 * depth, "bias": float(scaled["visits"].mean())}


def predict(scaled: pd.DataFrame, classifier: dict, threshold: float) -> pd.DataFrame:
    score = classifier["weight"] * scaled["spend"] + classifier["bias"] - scaled["visits"]
    return pd.DataFrame({"score": score, "churns": score > threshold})


def report(customers: pd.DataFrame) -> str:
    return f"{len(customers)} customers"
"""

PIPELINE = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(nodes.fit_scaler, "customers", "scaler", name="fit_scaler", tags="training"),
        node(nodes.scale, ["customers", "scaler"], "scaled", name="scale", tags=["training", "inference"]),
        node(nodes.fit_classifier, ["scaled", "params:depth"], "classifier", name="fit_classifier", tags="training"),
        node(nodes.predict, ["scaled", "classifier", "params:threshold"], "predictions", name="predict",
             tags="inference"),
    ])
"""

REPORTING = """
from kedro.pipeline import Pipeline, node

from {package} import nodes


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([node(nodes.report, "customers", "summary", name="report")])
"""

REGISTRY = """
from kedro.framework.project import find_pipelines


def register_pipelines():
    pipelines = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum(pipelines.values())
    return pipelines
"""

CATALOG = """
customers:
  type: pandas.CSVDataset
  filepath: data/customers.csv
scaler:
  type: pickle.PickleDataset
  filepath: data/scaler.pkl
classifier:
  type: pickle.PickleDataset
  filepath: data/classifier.pkl
"""

BINDING = """
churn:
  training: {pipeline: data_science, tags: training}
  inference: {pipeline: data_science, tags: inference}
  input_name: customers
"""

CUSTOMERS = "spend,visits\n" + "".join(f"{10.0 + (7 * row) % 23},{(5 * row) % 11}\n" for row in range(40))


@dataclass
class KedroProject:
    """A project on disk."""

    path: Path
    package: str

    def write(self, name: str, text: str) -> Path:
        """Write a file below the project, without indentation and with `{package}` filled in."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip().replace("{package}", self.package), encoding="utf-8")
        return file

    @property
    def source(self) -> Path:
        """The folder of the package."""
        return self.path / "src" / self.package

    @property
    def store(self) -> str:
        """The tracking URI of the project's default store."""
        return f"sqlite:///{(self.path / 'mlflow.db').as_posix()}"

    def kedro(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a `kedro` command in the project, in a process of its own."""
        return self.python("-m", "kedro", *arguments, check=check, **environment)

    def python(
        self, *arguments: str, check: bool = True, cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run Python in the project, in a process of its own."""
        result = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or self.path,
            env=clean_environment(**environment),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check:
            assert result.returncode == 0, result.stdout + result.stderr
        return result

    @contextmanager
    def session(self, **arguments: Any) -> Iterator[Any]:
        """Open a session on the project in this process."""
        from kedro.framework.project import settings
        from kedro.framework.session import KedroSession
        from kedro.framework.startup import bootstrap_project

        bootstrap_project(self.path)
        session_class = getattr(settings, "SESSION_CLASS", KedroSession)  # a setting of later Kedro versions
        with session_class.create(project_path=self.path, **arguments) as session:
            yield session


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment for a process: no telemetry, no other store, wide lines."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "KEDRO_"))}
    return {**kept, "DO_NOT_TRACK": "1", "COLUMNS": "300", "PYTHONWARNINGS": "ignore", **more}


def make_project(path: Path, binding: str | None = BINDING) -> KedroProject:
    """Write a project that predicts churn; its pipelines, catalog and binding may be replaced."""
    project = KedroProject(path, f"shop{next(_serial)}")
    project.write(
        "pyproject.toml",
        """
        [tool.kedro]
        package_name = "{package}"
        project_name = "{package}"
        kedro_init_version = "1.2.0"
        source_dir = "src"

        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"

        [project]
        name = "{package}"
        version = "0.1"
    """,
    )
    src = f"src/{project.package}"
    project.write(f"{src}/__init__.py", "")
    project.write(f"{src}/settings.py", "")
    project.write(
        f"{src}/__main__.py",
        """
        import sys
        from pathlib import Path

        from kedro.framework.cli.utils import find_run_command
        from kedro.framework.project import configure_project


        def main(*args, **kwargs):
            configure_project(Path(__file__).parent.name)
            return find_run_command(Path(__file__).parent.name)(*args, **kwargs)


        if __name__ == "__main__":
            main()
    """,
    )
    project.write(f"{src}/nodes.py", NODES)
    project.write(f"{src}/pipeline_registry.py", REGISTRY)
    project.write(f"{src}/pipelines/__init__.py", "")
    project.write(f"{src}/pipelines/data_science/__init__.py", PIPELINE)
    project.write(f"{src}/pipelines/reporting/__init__.py", REPORTING)
    project.write("conf/base/catalog.yml", CATALOG)
    project.write("conf/base/parameters.yml", "depth: 3\nthreshold: 0.0\n")
    (project.path / "conf/local").mkdir(parents=True, exist_ok=True)
    project.write("data/customers.csv", CUSTOMERS)
    if binding is not None:
        project.write("conf/base/pipeline_ml.yml", binding)
    return project
