"""What the nodes of the species pipeline do."""

import logging
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CATEGORIES = ["island", "sex"]
MEASUREMENTS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]

logger = logging.getLogger(__name__)


def select_features(penguins: pd.DataFrame) -> pd.DataFrame:
    """Keep the columns that the classifier knows, each with its type.

    Other columns are left out; a column that is not there counts as missing in every row.
    """
    features = penguins.reindex(columns=CATEGORIES + MEASUREMENTS)
    categories = features[CATEGORIES].astype("object")
    # scikit-learn takes NaN for missing, but not None, which a JSON request brings.
    categories = categories.where(categories.notna(), np.nan)
    return categories.join(features[MEASUREMENTS].astype("float64"))


def choose_training_rows(species_labels: pd.DataFrame, split: dict[str, Any]) -> pd.Series:
    """Mark the rows to fit on; the others are held out, with the species in equal shares."""
    rows = species_labels.index
    chosen, _ = train_test_split(
        rows,
        test_size=split["test_size"],
        random_state=split["random_state"],
        stratify=species_labels["species"],
    )
    return pd.Series(rows.isin(chosen), index=rows, name="training")


def fit_imputer(features: pd.DataFrame, training_rows: pd.Series) -> ColumnTransformer:
    """Learn what stands in for a missing value: the median, the most frequent category."""
    imputer = ColumnTransformer(
        [
            ("categories", SimpleImputer(strategy="most_frequent"), CATEGORIES),
            ("measurements", SimpleImputer(strategy="median"), MEASUREMENTS),
        ],
        verbose_feature_names_out=False,
    )
    return imputer.set_output(transform="pandas").fit(features[training_rows])


def fit_encoder(imputed: pd.DataFrame, training_rows: pd.Series) -> ColumnTransformer:
    """Learn a column of zeros and ones for each category; an unknown category has none."""
    encoder = ColumnTransformer(
        [("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES)],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    return encoder.set_output(transform="pandas").fit(imputed[training_rows])


def fit_scaler(encoded: pd.DataFrame, training_rows: pd.Series) -> StandardScaler:
    """Learn the mean and the deviation of each column."""
    return StandardScaler().set_output(transform="pandas").fit(encoded[training_rows])


def fit_classifier(
    scaled: pd.DataFrame,
    species_labels: pd.DataFrame,
    training_rows: pd.Series,
    classifier: dict[str, Any],
) -> LogisticRegression:
    """Fit a logistic regression with the arguments in `classifier`."""
    labels = species_labels.loc[training_rows, "species"]
    return LogisticRegression(**classifier).fit(scaled[training_rows], labels)


def transform(table: pd.DataFrame, transformer: ColumnTransformer | StandardScaler) -> pd.DataFrame:
    """Apply a fitted imputer, encoder or scaler."""
    return transformer.transform(table)


def evaluate(
    scaled: pd.DataFrame,
    species_labels: pd.DataFrame,
    training_rows: pd.Series,
    classifier: LogisticRegression,
) -> dict[str, float]:
    """Measure the accuracy on the rows that nothing was fitted on."""
    held_out = ~training_rows
    accuracy = classifier.score(scaled[held_out], species_labels.loc[held_out, "species"])
    logger.info("Accuracy on %d penguins held out: %.3f", held_out.sum(), accuracy)
    return {"accuracy": float(accuracy), "held_out": int(held_out.sum())}


def predict(scaled: pd.DataFrame, classifier: LogisticRegression, min_probability: float) -> pd.DataFrame:
    """Answer with the likeliest species, or `uncertain` below `min_probability`.

    Returns:
        A row for each penguin: `species`, and the `probability` of the likeliest one.
    """
    probabilities = classifier.predict_proba(scaled)
    probability = probabilities.max(axis=1)
    likeliest = classifier.classes_[probabilities.argmax(axis=1)]
    species = np.where(probability >= min_probability, likeliest, "uncertain")
    return pd.DataFrame({"species": species, "probability": probability}, index=scaled.index)
