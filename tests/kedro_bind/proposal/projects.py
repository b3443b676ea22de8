"""Projects of different shapes, as registered pipelines and a catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node, pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Shape:
    pipelines: dict[str, Pipeline]
    catalog: DataCatalog


def fit(*inputs: Any) -> Any:
    return inputs


def predict(*inputs: Any) -> Any:
    return inputs


def split(table: Any, options: Any) -> Any:
    return table, table, options, options


def shape_of(
    fitted: Iterable[str], tables: Iterable[str], parameters: Iterable[str] = (), **pipelines: Pipeline
) -> Shape:
    pickles = {name: {"type": "pickle.PickleDataset", "filepath": f"data/{name}.pkl"} for name in fitted}
    frames = {name: {"type": "pandas.CSVDataset", "filepath": f"data/{name}.csv"} for name in tables}
    catalog = DataCatalog.from_config({**pickles, **frames})
    for name in parameters:
        catalog[f"params:{name}"] = 1
    return Shape({**pipelines, "__default__": sum(pipelines.values(), Pipeline([]))}, catalog)


def _tagged(prefix: str = "") -> Pipeline:
    return Pipeline(
        [
            node(fit, "customers", f"{prefix}scaler", name=f"{prefix}fit_scaler", tags="training"),
            node(predict, ["customers", f"{prefix}scaler"], f"{prefix}scaled", name=f"{prefix}scale",
                 tags=["training", "inference"]),
            node(fit, f"{prefix}scaled", f"{prefix}classifier", name=f"{prefix}fit_classifier", tags="training"),
            node(predict, [f"{prefix}scaled", f"{prefix}classifier"], f"{prefix}predictions", name=f"{prefix}predict",
                 tags="inference"),
        ]
    )  # fmt: skip


def tags() -> Shape:
    return shape_of(["scaler", "classifier"], ["customers"], data_science=_tagged())


def two_pipelines() -> Shape:
    inference = Pipeline([node(predict, ["applicants", "model"], "scores", name="score")])
    return shape_of(
        ["model"], ["loans"], training=Pipeline([node(fit, "loans", "model", name="fit")]), scoring=inference
    )


def namespaces() -> Shape:
    training = pipeline(_tagged().only_nodes_with_tags("training"), namespace="training", inputs={"customers"})
    inference = pipeline(_tagged().only_nodes_with_tags("inference"), namespace="inference")
    return shape_of(["training.scaler", "training.classifier"], ["customers"], churn=training + inference)


def namespaces_with_tags() -> Shape:
    both = [pipeline(_tagged(), namespace=name, inputs={"customers"}) for name in ("churn", "value")]
    fitted = [f"{name}.{what}" for name in ("churn", "value") for what in ("scaler", "classifier")]
    return shape_of(fitted, ["customers"], models=sum(both, Pipeline([])))


def several_models() -> Shape:
    fitted = [f"{name}_{what}" for name in ("churn", "value") for what in ("scaler", "classifier")]
    return shape_of(fitted, ["customers"], churn=_tagged("churn_"), value=_tagged("value_"))


def spaceflights(*, predicts: bool) -> Shape:
    """The shape of Kedro's starter, whose nodes evaluate what they fit and predict nothing."""
    processing = Pipeline(
        [
            node(fit, "companies", "preprocessed_companies", name="preprocess_companies"),
            node(fit, "shuttles", "preprocessed_shuttles", name="preprocess_shuttles"),
            node(fit, ["preprocessed_shuttles", "preprocessed_companies", "reviews"], "table", name="create_table"),
        ]
    )
    parts = ["X_train", "X_test", "y_train", "y_test"]
    science = [
        node(split, ["table", "params:options"], parts, name="split_data"),
        node(fit, ["X_train", "y_train"], "regressor", name="train_model"),
        node(fit, ["regressor", "X_test", "y_test"], "metrics", name="evaluate_model"),
    ]
    if predicts:
        science.append(node(predict, ["regressor", "offers"], "prices", name="predict_prices", tags="inference"))
    reporting = Pipeline([node(fit, "preprocessed_shuttles", "plot", name="compare")])
    tables = ["companies", "shuttles", "reviews", "preprocessed_companies", "preprocessed_shuttles", "table", "offers"]
    return shape_of(
        ["regressor"],
        tables,
        ["options"],
        data_processing=processing,
        data_science=Pipeline(science),
        reporting=reporting,
    )


def splitting(*, kept: bool = True, inputs: Iterable[str] = ("X_test", "regressor"), tagged: bool = False) -> Shape:
    """The same, with a node that predicts the rows that training splits off to test with."""
    shape = spaceflights(predicts=False)
    predicting = node(predict, list(inputs), "prices", name="predict_prices", tags="inference" if tagged else None)
    if tagged:
        shape.pipelines["data_science"] += Pipeline([predicting])
    else:
        shape.pipelines["inference"] = Pipeline([predicting])
    return shape if kept else Shape(shape.pipelines, DataCatalog())


def splitting_in_namespaces() -> Shape:
    """Training splits its rows in a namespace, and inference has one of its own."""
    science = spaceflights(predicts=False).pipelines["data_science"]
    training = pipeline(science, namespace="training", inputs={"table"}, parameters={"options"})
    inference = pipeline(splitting().pipelines["inference"], namespace="inference")
    return shape_of(["training.regressor"], ["table"], ["options"], pricing=training + inference)


def shared_preprocessing() -> Shape:
    """Two models in namespaces of their own, and preprocessing whose nodes have the tags of both parts."""
    both = ["training", "inference"]
    preprocessing = Pipeline(
        [
            node(fit, "tickets", "clean", name="clean", tags=both),
            node(predict, ["clean", "accounts"], "customers", name="join", tags=both),
        ]
    )
    models = {name: pipeline(_tagged(), namespace=name, inputs={"customers"}) for name in ("routing", "urgency")}
    fitted = [f"{name}.{what}" for name in models for what in ("scaler", "classifier")]
    tables = ["tickets", "accounts", "customers"]
    return shape_of(fitted, tables, **models, preprocessing=preprocessing)


def collected() -> Shape:
    """Training gathers the rows from files, fits a table among others, and looks something up where inference does."""
    both = ["training", "inference"]
    nodes = [
        node(fit, "months", "readings", name="collect", tags="training"),
        node(fit, "readings", "statistics", name="fit_statistics", tags="training"),
        node(predict, ["readings", "statistics"], "scaled", name="scale", tags=both),
        node(fit, "scaled", "forest", name="fit_forest", tags="training"),
        node(predict, ["readings", "limits"], "crossed", name="compare_with_limits", tags=both),
        node(predict, ["scaled", "crossed", "forest"], "alerts", name="predict", tags="inference"),
    ]
    return shape_of(["forest", "limits", "months"], ["readings", "statistics"], sensors=Pipeline(nodes))


def not_persisted() -> Shape:
    return shape_of([], ["customers"], data_science=_tagged())


def two_inputs() -> Shape:
    inference = Pipeline([node(predict, ["customers", "stores", "model"], "scores", name="score")])
    training = Pipeline([node(fit, ["customers", "stores"], "model", name="fit")])
    return shape_of(["model"], ["customers", "stores"], fitting=training, scoring=inference)


def factories() -> Shape:
    """Artifacts that a dataset factory keeps, so that the catalog has no entry of their names."""
    pattern = {"{name}er": {"type": "pickle.PickleDataset", "filepath": "data/{name}er.pkl"}}
    customers = {"customers": {"type": "pandas.CSVDataset", "filepath": "data/customers.csv"}}
    return Shape({"data_science": _tagged(), "__default__": _tagged()}, DataCatalog.from_config(customers | pattern))


def one_node() -> Shape:
    return shape_of([], ["customers"], reporting=Pipeline([node(fit, "customers", "summary", name="report")]))


def large() -> Shape:
    """200 nodes: 100 stages, each of which fits something and applies it."""
    nodes = []
    for stage in range(100):
        table, fitted = f"table_{stage}", f"fitted_{stage}"
        last = stage == 99
        nodes.append(node(fit, table, fitted, name=f"fit_{stage}", tags="training"))
        tags = ["inference"] if last else ["training", "inference"]
        nodes.append(node(predict, [table, fitted], f"table_{stage + 1}", name=f"apply_{stage}", tags=tags))
    return shape_of([f"fitted_{stage}" for stage in range(100)], ["table_0"], stages=Pipeline(nodes))
