"""Changes of an artifact that requests share are found; harmless changes are ignored."""

from __future__ import annotations

import json
import pickle
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from kedro_bind.packaging.verification.shared_state import SharedModel, predict_and_compare
from tests.kedro_project import clean_environment

ROWS = pd.DataFrame({"a": [1.0, 2.0, 4.0, 8.0]})


class Artifact:
    """A fitted artifact with attributes that nodes change."""

    def __init__(self):
        self.mean, self.seen, self.weights = 3.0, [], np.zeros(3)
        self.scaler = StandardScaler().fit([[0.0], [10.0]])
        self.itself = None


def count(artifact, rows):
    artifact.calls = getattr(artifact, "calls", 0) + 1
    return rows["a"]


def append(artifact, rows):
    artifact.seen.append(len(rows))
    return rows["a"]


def fit_again(artifact, rows):
    return artifact.scaler.fit_transform(rows)


def set_attribute(artifact, rows):
    artifact.last = rows["a"].iloc[0]
    return rows["a"]


def write_into_array(artifact, rows):
    artifact.weights[1] = rows["a"].sum()
    return rows["a"]


def remember_each_row(artifact, rows):
    artifact.known = getattr(artifact, "known", {})
    artifact.known.update(dict.fromkeys(rows["a"], True))
    return rows["a"]


def keep_the_first_request(artifact, rows):
    if not hasattr(artifact, "reference"):
        artifact.reference = rows["a"].mean()
    return rows["a"] - artifact.reference


def predict_differently_for_the_first_request(artifact, rows):
    first, artifact.used = not hasattr(artifact, "used"), True
    return rows["a"] + first


def count_in_a_cycle(artifact, rows):
    artifact.itself = artifact
    artifact.mean += 1
    return rows["a"]


def nothing(artifact, rows):
    return rows["a"] - artifact.mean


def fill_a_cache(artifact, rows):
    if not hasattr(artifact, "double"):
        artifact.double = 2 * artifact.mean
    return rows["a"] - artifact.double


def keep_an_id(artifact, rows):
    artifact.of = id(artifact.seen)
    return rows["a"]


def keep_an_id_and_guess(artifact, rows):
    artifact.of = id(artifact.seen)
    return rows["a"] + random.random()


def reject_half_of_it(artifact, rows):
    artifact.of = id(artifact.seen)
    if len(rows) == 2 and rows["a"].iloc[0] == 1.0:
        raise ValueError("too few")
    return rows["a"]


CHANGING = [
    *(count, append, fit_again, set_attribute, write_into_array, remember_each_row),
    *(keep_the_first_request, predict_differently_for_the_first_request, count_in_a_cycle),
]
HARMLESS = [nothing, fill_a_cache, keep_an_id, keep_an_id_and_guess, reject_half_of_it]


def changed_by(function, rows):
    stored = pickle.dumps(Artifact())

    def load():
        artifact = pickle.loads(stored)
        return SharedModel(lambda rows: function(artifact, rows), {"artifact": artifact})

    return predict_and_compare(load(), load, rows)[1]


@pytest.mark.parametrize("function", CHANGING, ids=lambda function: function.__name__)
@pytest.mark.parametrize("count", [1, 4])
def test_a_changing_artifact_is_found(function, count):
    assert changed_by(function, ROWS[:count]) == ["artifact"]


@pytest.mark.parametrize("function", HARMLESS, ids=lambda function: function.__name__)
def test_an_artifact_that_settles_at_the_first_request_and_changes_no_prediction_is_accepted(function):
    assert changed_by(function, ROWS) == []


def test_the_predictions_are_those_of_the_fresh_model():
    artifact = Artifact()
    model = SharedModel(lambda rows: nothing(artifact, rows), {"artifact": artifact})
    predictions, changed = predict_and_compare(model, lambda: pytest.fail("nothing has changed"), ROWS)
    assert predictions.tolist() == [-2.0, -1.0, 1.0, 5.0]
    assert changed == []


@pytest.mark.slow
def test_no_estimator_of_scikit_learn_changes_by_predicting(tmp_path):
    for step in ("fit", "predict"):  # in two processes, since ids differ between them
        process = subprocess.run(
            [sys.executable, "-m", "tests.kedro_bind.model.estimators", step, str(tmp_path)],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert process.returncode == 0, process.stderr
    changed = json.loads(process.stdout.splitlines()[-1])
    assert len({name.partition(".")[0] for name in changed}) > 150
    assert {"TfidfVectorizer.transform", "KNeighborsClassifier.predict", "RandomForestClassifier.predict"} <= set(
        changed
    )
    assert {name: artifacts for name, artifacts in changed.items() if artifacts} == {}
