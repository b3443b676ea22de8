"""The nodes: those that fit, those that transform, and two that predict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

PIXELS = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
HELD_OUT = 5  # every fifth image is not trained on


@dataclass
class Answer:
    """When the model gives an answer: `min_probability` is a number from 0 to 1."""

    min_probability: float = 0.5

    def __post_init__(self) -> None:
        """Reject what is not a probability."""
        if not 0 <= self.min_probability <= 1:
            raise ValueError(f"min_probability is {self.min_probability}, which is not between 0 and 1")


def load_images() -> tuple[pd.DataFrame, pd.Series]:
    """Return scikit-learn's digits: images of shape [1797, 64] with values from 0 to 16, and the digits."""
    bunch = load_digits()
    return pd.DataFrame(bunch.data, columns=PIXELS), pd.Series(bunch.target, name="digit")


def fit_scaler(images: pd.DataFrame) -> StandardScaler:
    """Fit the scaler to the images that are trained on."""
    return StandardScaler().fit(_training_rows(images[PIXELS]))


def fit_projection(scaled: pd.DataFrame, components: int) -> PCA:
    """Fit the projection to fewer dimensions."""
    return PCA(components, random_state=0).fit(_training_rows(scaled))


def fit_classifier(projected: pd.DataFrame, digits: pd.Series) -> LogisticRegression:
    """Fit the classifier."""
    return LogisticRegression(max_iter=2000).fit(_training_rows(projected), _training_rows(digits))


def scale(images: pd.DataFrame, scaler: StandardScaler) -> pd.DataFrame:
    """Scale images: [n, 64] to [n, 64]."""
    return pd.DataFrame(scaler.transform(images[PIXELS]), columns=PIXELS, index=images.index)


def project(scaled: pd.DataFrame, projection: PCA) -> pd.DataFrame:
    """Project scaled images: [n, 64] to [n, components]."""
    values = projection.transform(scaled)
    return pd.DataFrame(values, columns=[f"component_{index}" for index in range(values.shape[1])], index=scaled.index)


def recognize(projected: pd.DataFrame, classifier: LogisticRegression, answer: Answer) -> pd.DataFrame:
    """Return the digit of each image, or -1 if none is probable enough: [n, 2]."""
    probabilities = classifier.predict_proba(projected)
    best = probabilities.max(axis=1)
    digits = classifier.classes_[probabilities.argmax(axis=1)]
    found = np.where(best >= answer.min_probability, digits, -1)
    return pd.DataFrame({"digit": found, "probability": best}, index=projected.index)


def rank(projected: pd.DataFrame, classifier: LogisticRegression) -> pd.DataFrame:
    """Return the probability of every digit for each image: [n, 10]."""
    columns = [f"is_{digit}" for digit in classifier.classes_]
    return pd.DataFrame(classifier.predict_proba(projected), columns=columns, index=projected.index)


def score(projected: pd.DataFrame, digits: pd.Series, classifier: LogisticRegression) -> dict[str, float]:
    """Return the share of held out images that are recognized."""
    held_out = np.arange(len(digits)) % HELD_OUT == 0
    return {"accuracy": float(classifier.score(projected[held_out], digits[held_out]))}


def _training_rows(data: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
    return data[np.arange(len(data)) % HELD_OUT != 0]
