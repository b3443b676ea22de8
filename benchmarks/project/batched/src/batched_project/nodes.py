"""Five nodes of pandas and scikit-learn, as they are written for tables; every server calls these."""

from __future__ import annotations

from typing import Any

import pandas as pd

COLUMNS = ["age", "income", "visits", "spend"]
REGIONS = ["north", "east", "south", "west"]


def fit_medians(customers: pd.DataFrame) -> dict[str, float]:
    """Training: what takes the place of missing values."""
    return {name: float(customers[name].median()) for name in COLUMNS}


def fit_scaler(derived: pd.DataFrame) -> Any:
    """Training: what scales a row."""
    from sklearn.preprocessing import StandardScaler

    return StandardScaler().fit(derived)


def fit_classifier(scaled: pd.DataFrame) -> Any:
    """Training: the model."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(n_estimators=50, max_depth=6, random_state=0)
    return forest.fit(scaled, scaled["spend_per_visit"] > 0)


def complete(customers: pd.DataFrame, medians: dict[str, float]) -> pd.DataFrame:
    """Inference: fill in what is missing."""
    return customers.fillna(medians)


def encode(completed: pd.DataFrame) -> pd.DataFrame:
    """Inference: a column for each region."""
    regions = pd.Categorical(completed["region"], categories=REGIONS)
    dummies = pd.get_dummies(regions, prefix="region", dtype="float64").set_index(completed.index)
    return pd.concat([completed[COLUMNS], dummies], axis="columns")


def derive(encoded: pd.DataFrame) -> pd.DataFrame:
    """Inference: columns made from others."""
    return encoded.assign(
        spend_per_visit=encoded["spend"] / encoded["visits"].clip(lower=1),
        adult=(encoded["age"] >= 18).astype("float64"),
        capped=encoded["income"].clip(0, 100_000),
    )


def scale(derived: pd.DataFrame, scaler: Any) -> pd.DataFrame:
    """Inference: scale each column."""
    return pd.DataFrame(scaler.transform(derived), columns=derived.columns, index=derived.index)


def decide(scaled: pd.DataFrame, classifier: Any) -> pd.DataFrame:
    """Inference: the probability of a purchase."""
    return pd.DataFrame({"probability": classifier.predict_proba(scaled)[:, 1]}, index=scaled.index)


def rank(scaled: pd.DataFrame, classifier: Any) -> pd.DataFrame:
    """Inference of a model that is not row-wise: the rank of the probability among all rows."""
    return decide(scaled, classifier).rank(pct=True)
