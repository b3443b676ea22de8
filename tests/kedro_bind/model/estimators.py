"""Fit every estimator of scikit-learn that can be made and fitted with toy data, and predict with it.

`fit FOLDER` fits them; `predict FOLDER` predicts with them, in another process, and writes one line of JSON: the
artifacts that each method changes.
"""

from __future__ import annotations

import json
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np

METHODS = ("predict", "transform", "predict_proba", "decision_function", "score_samples", "kneighbors", "mahalanobis")


def toy_data():
    """Return pairs of inputs and targets."""
    random = np.random.default_rng(0)
    numbers = random.random((40, 4)) + np.arange(40)[:, None] % 2
    classes = np.arange(40) % 2
    texts = [f"the {word} and a {other}" for word in ("cat", "dog", "sun", "sea") for other in ("tree", "house") * 5]
    mappings = [{"a": float(number % 3), "b": f"c{number % 2}"} for number in range(40)]
    two = np.stack([classes, 1 - classes], axis=1)
    return [
        (numbers, classes),
        (numbers, numbers.sum(axis=1)),
        (numbers, two),
        (numbers, numbers[:, :2]),
        (numbers[:, 0], numbers[:, 1]),
        (texts, classes),
        (mappings, classes),
        (two, None),
        (classes, None),
        ([["a"], ["b", "a"]] * 5, None),
        (random.random((5, 20, 20)), None),
    ]


def instances(kind):
    """Yield estimators of a kind, made with different arguments."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.preprocessing import StandardScaler

    inner = [("one", LogisticRegression()), ("two", LogisticRegression(C=2.0))]
    for arguments in (
        [],
        [LogisticRegression()],
        [LinearRegression()],
        [inner],
        [[("one", LinearRegression()), ("two", LinearRegression(fit_intercept=False))]],
        [[("one", StandardScaler())]],
        [[("one", StandardScaler(), [0, 1])]],
        [LogisticRegression(), {"C": [0.1, 1.0]}],
        [LogisticRegression().fit(np.eye(4), [0, 1, 0, 1])],
        [2],
    ):
        try:
            yield kind(*arguments)
        except TypeError:
            continue


def fitted(kind):
    """Return a fitted estimator with its input; `None` if no toy data fits."""
    for rows, target in toy_data():
        for estimator in instances(kind):
            try:
                estimator.fit(rows) if target is None else estimator.fit(rows, target)
            except Exception:  # noqa: BLE001 - it needs other data
                continue
            if any(accepts(estimator, method, rows) for method in METHODS):
                return estimator, rows
    return None


def accepts(estimator, method, rows):
    """Return whether an estimator has a method that accepts the rows; the estimator itself is not changed."""
    try:
        getattr(pickle.loads(pickle.dumps(estimator)), method)(rows)
    except Exception:  # noqa: BLE001 - it may need other data
        return False
    return True


def fit(folder):
    from sklearn.utils import all_estimators

    for name, kind in all_estimators():
        if found := fitted(kind):
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(found))


def predict(folder):
    from kedro_bind.packaging.verification.shared_state import SharedModel, predict_and_compare

    changed = {}
    for file in sorted(folder.glob("*.pkl")):
        for method in METHODS:

            def load(file=file, method=method):
                estimator, _ = pickle.loads(file.read_bytes())
                return SharedModel(getattr(estimator, method), {"estimator": estimator})

            _, rows = pickle.loads(file.read_bytes())
            try:
                _, changed[f"{file.stem}.{method}"] = predict_and_compare(load(), load, rows)
            except Exception:  # noqa: BLE001 - it has no such method, or the method needs other data
                continue
    sys.stdout.write(json.dumps(changed) + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"fit": fit, "predict": predict}[sys.argv[1]](Path(sys.argv[2]))
