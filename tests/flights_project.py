"""A project in the shape of Kedro's spaceflights: it joins tables, trains a regressor and scores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.guides import write_files

if TYPE_CHECKING:
    from pathlib import Path

PROCESSING_NODES = """
import pandas as pd


def preprocess_companies(companies: pd.DataFrame) -> pd.DataFrame:
    return companies.assign(
        iata_approved=companies["iata_approved"].eq("t"),
        company_rating=companies["company_rating"].str.rstrip("%").astype(float) / 100,
    )


def preprocess_shuttles(shuttles: pd.DataFrame) -> pd.DataFrame:
    return shuttles.assign(
        d_check_complete=shuttles["d_check_complete"].eq("t"),
        moon_clearance_complete=shuttles["moon_clearance_complete"].eq("t"),
        price=shuttles["price"].str.replace(r"[$,]", "", regex=True).astype(float),
    )


def create_model_input_table(shuttles: pd.DataFrame, companies: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    owned = shuttles.merge(companies, left_on="company_id", right_on="id", suffixes=("", "_company"))
    return owned.merge(reviews, left_on="id", right_on="shuttle_id").dropna()
"""
PROCESSING = """
from kedro.pipeline import Node, Pipeline

from .nodes import create_model_input_table, preprocess_companies, preprocess_shuttles


def create_pipeline(**kwargs) -> Pipeline:
    prepared = ["preprocessed_shuttles", "preprocessed_companies", "reviews"]
    return Pipeline([
        Node(preprocess_companies, "companies", "preprocessed_companies", name="preprocess_companies_node"),
        Node(preprocess_shuttles, "shuttles", "preprocessed_shuttles", name="preprocess_shuttles_node"),
        Node(create_model_input_table, prepared, "model_input_table", name="create_model_input_table_node"),
    ])
"""
SCIENCE_NODES = """
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split


def split_data(table: pd.DataFrame, options: dict) -> list:
    rows, prices = table[options["features"]], table["price"]
    return train_test_split(rows, prices, test_size=options["test_size"], random_state=options["random_state"])


def train_model(rows: pd.DataFrame, prices: pd.Series) -> LinearRegression:
    return LinearRegression().fit(rows, prices)


def evaluate_model(regressor: LinearRegression, rows: pd.DataFrame, prices: pd.Series) -> dict:
    return {"r2_score": r2_score(prices, regressor.predict(rows))}
"""
SCIENCE = """
from kedro.pipeline import Node, Pipeline

from .nodes import evaluate_model, split_data, train_model


def create_pipeline(**kwargs) -> Pipeline:
    parts = ["X_train", "X_test", "y_train", "y_test"]
    return Pipeline([
        Node(split_data, ["model_input_table", "params:model_options"], parts, name="split_data_node"),
        Node(train_model, ["X_train", "y_train"], "regressor", name="train_model_node"),
        Node(evaluate_model, ["regressor", "X_test", "y_test"], "metrics", name="evaluate_model_node"),
    ])
"""
CATALOG = """
companies: {type: pandas.CSVDataset, filepath: data/01_raw/companies.csv}
reviews: {type: pandas.CSVDataset, filepath: data/01_raw/reviews.csv}
shuttles: {type: pandas.CSVDataset, filepath: data/01_raw/shuttles.csv}
preprocessed_companies: {type: pandas.ParquetDataset, filepath: data/02_intermediate/companies.parquet}
preprocessed_shuttles: {type: pandas.ParquetDataset, filepath: data/02_intermediate/shuttles.parquet}
model_input_table: {type: pandas.ParquetDataset, filepath: data/03_primary/model_input_table.parquet}
regressor: {type: pickle.PickleDataset, filepath: data/06_models/regressor.pickle, versioned: true}
"""
PARAMETERS = """
model_options:
  test_size: 0.2
  random_state: 3
  features:
    - engines
    - passenger_capacity
    - crew
    - d_check_complete
    - moon_clearance_complete
    - iata_approved
    - company_rating
    - review_scores_rating
"""
COMPANIES, SHUTTLES = 20, 200


def write_flights(project: Path) -> None:
    """Write pipelines, catalog, parameters and raw tables into an empty project named spaceflights."""
    pipelines = "src/spaceflights/pipelines"
    texts = {
        f"{pipelines}/data_processing/__init__.py": "from .pipeline import create_pipeline\n",
        f"{pipelines}/data_processing/nodes.py": PROCESSING_NODES,
        f"{pipelines}/data_processing/pipeline.py": PROCESSING,
        f"{pipelines}/data_science/__init__.py": "from .pipeline import create_pipeline\n",
        f"{pipelines}/data_science/nodes.py": SCIENCE_NODES,
        f"{pipelines}/data_science/pipeline.py": SCIENCE,
        "conf/base/catalog.yml": CATALOG,
        "conf/base/parameters_data_science.yml": PARAMETERS,
        "data/01_raw/companies.csv": _companies(),
        "data/01_raw/shuttles.csv": _shuttles(),
        "data/01_raw/reviews.csv": _reviews(),
    }
    write_files({name: text.lstrip() for name, text in texts.items()}, project)


def _companies() -> str:
    rows = [f"{number},{50 + 7 * number % 50}%,{'tf'[number % 3 == 0]}" for number in range(COMPANIES)]
    return "\n".join(["id,company_rating,iata_approved", *rows, ""])


def _shuttles() -> str:
    """Write shuttles whose price follows from their columns, up to a little; a few have gaps."""
    rows = ["id,company_id,engines,passenger_capacity,crew,d_check_complete,moon_clearance_complete,price"]
    for number in range(SHUTTLES):
        engines, seats, crew = 1 + number % 4, 2 + 5 * number % 13, 1 + 3 * number % 7
        checked, cleared = number % 5 == 0, number % 3 == 1
        price = 900 + 450 * engines + 110 * seats + 75 * crew + 200 * checked + 40 * cleared + 17 * number % 29
        shown = "" if number % 40 == 7 else engines
        flags = f"{'ft'[checked]},{'ft'[cleared]}"
        rows.append(f'{number},{11 * number % COMPANIES},{shown},{seats},{crew},{flags},"${price:,}.0"')
    return "\n".join([*rows, ""])


def _reviews() -> str:
    rows = [f"{number},{'' if number % 50 == 9 else 70 + 13 * number % 31}" for number in range(SHUTTLES)]
    return "\n".join(["shuttle_id,review_scores_rating", *rows, ""])
