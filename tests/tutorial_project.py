"""A project in the shape of kedro-mlflow's tutorial: reviews are cleaned, vectorized and rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.mlflow_store import all_models

if TYPE_CHECKING:
    from tests.kedro_project import KedroProject

NODES = """
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression


def split(reviews: pd.DataFrame):
    return reviews[["text"]], reviews["label"]


def clean(instances: pd.DataFrame, stopwords: list) -> pd.Series:
    words = instances["text"].str.lower().str.split()
    return words.map(lambda found: " ".join(word for word in found if word not in stopwords))


def fit_vectorizer(texts: pd.Series, max_features: int) -> CountVectorizer:
    return CountVectorizer(max_features=max_features).fit(texts)


def vectorize(texts: pd.Series, vectorizer: CountVectorizer):
    return vectorizer.transform(texts)


def fit_model(features, labels: pd.Series) -> LogisticRegression:
    return LogisticRegression(random_state=0).fit(features, labels)


def predict(features, model: LogisticRegression):
    return model.predict_proba(features)[:, 1]


def decide(probabilities, threshold: float) -> pd.DataFrame:
    return pd.DataFrame({"probability": probabilities, "positive": probabilities > threshold})
"""
REGISTRY = """
from kedro.pipeline import Pipeline, node
from {module} import pipeline_ml_factory

from {{package}} import nodes

BOTH = ["training", "inference"]


def create_etl():
    return Pipeline([node(nodes.split, "reviews", ["instances", "labels"], name="split")])


def create_ml():
    return Pipeline([
        node(nodes.clean, ["instances", "params:stopwords"], "texts", name="clean", tags=BOTH),
        node(nodes.fit_vectorizer, ["texts", "params:max_features"], "vectorizer", name="fit_vectorizer",
             tags="training"),
        node(nodes.vectorize, ["texts", "vectorizer"], "features", name="vectorize", tags=BOTH),
        node(nodes.fit_model, ["features", "labels"], "model", name="fit_model", tags="training"),
        node(nodes.predict, ["features", "model"], "probabilities", name="predict", tags="inference"),
        node(nodes.decide, ["probabilities", "params:threshold"], "predictions", name="decide", tags="inference"),
    ])


def register_pipelines():
    etl, ml = create_etl(), create_ml()
    inference = ml.only_nodes_with_tags("inference")
    training = pipeline_ml_factory(
        training=ml.only_nodes_with_tags("training"),
        inference=inference,
        input_name="instances",
        kpm_kwargs={{"copy_mode": {{"model": "assign"}}}},
        log_model_kwargs={{"name": "kedro_mlflow_tutorial", "signature": "auto"}},
    )
    return {{"etl_app": etl, "training": training, "inference": inference, "__default__": etl + inference}}
"""
CATALOG = """
reviews: {type: pandas.CSVDataset, filepath: data/01_raw/reviews.csv}
instances: {type: pandas.CSVDataset, filepath: data/02_intermediate/instances.csv, save_args: {index: false}}
labels: {type: pickle.PickleDataset, filepath: data/02_intermediate/labels.pkl}
vectorizer: {type: pickle.PickleDataset, filepath: data/06_models/vectorizer.pkl}
model: {type: pickle.PickleDataset, filepath: data/06_models/model.pkl}
"""
REVIEWS = [("A fine film and a fine cast", 1), ("Dull plot", 0), ("The cast is fine", 1), ("A dull film", 0)] * 10


def write_tutorial(project: KedroProject, module: str) -> None:
    """Turn a project into one whose registry imports `pipeline_ml_factory` from a module."""
    (project.path / "conf/base/pipeline_ml.yml").unlink(missing_ok=True)
    project.write(f"src/{project.package}/nodes.py", NODES)
    project.write(f"src/{project.package}/pipeline_registry.py", REGISTRY.format(module=module))
    project.write("conf/base/catalog.yml", CATALOG)
    project.write("conf/base/parameters.yml", "stopwords: [a, and, is, the]\nmax_features: 20\nthreshold: 0.5\n")
    project.write("data/01_raw/reviews.csv", "text,label\n" + "".join(f"{text},{label}\n" for text, label in REVIEWS))


def move_to_document(project: KedroProject, name: str = "training") -> None:
    """Write the binding to a document, and take it out of the code, as the migration page has it."""
    registry = project.source / "pipeline_registry.py"
    text = registry.read_text(encoding="utf-8")
    listed = text.replace('{"etl_app": etl, ', '{"etl_app": etl, "ml_app": ml, ')
    registry.write_text(listed, encoding="utf-8")
    project.kedro("bind", "init", f"--from-code={name}")
    start, end = listed.index("    training = pipeline_ml_factory("), listed.index("    return {")
    bare = (listed[:start] + listed[end:]).replace('"training": training, ', "")
    lines = [line for line in bare.splitlines(keepends=True) if "import pipeline_ml_factory" not in line]
    registry.write_text("".join(lines), encoding="utf-8")


def newest_model(project: KedroProject) -> Any:
    """Return the logged model that was created last."""
    import mlflow

    return max(all_models(mlflow.MlflowClient(project.store)), key=lambda model: model.creation_timestamp)


def predicted(project: KedroProject) -> pd.DataFrame:
    """Return what the newest model predicts for two reviews."""
    import mlflow

    mlflow.set_tracking_uri(project.store)
    return mlflow.pyfunc.load_model(newest_model(project).model_uri).predict(
        pd.DataFrame({"text": ["the film is dull", "a fine plot"]})
    )
