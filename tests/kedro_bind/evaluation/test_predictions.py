"""Predictions of a saved model in a process of its own."""

from __future__ import annotations

import mlflow
import numpy as np
import pandas as pd
import pytest

from kedro_bind.errors import EvaluationError
from kedro_bind.evaluation import child
from kedro_bind.evaluation.predictions import predictions_of

MODEL = """
import mlflow
import numpy
import pandas as pd


class Doubling(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return pd.DataFrame({"twice": model_input["x"] * 2, "numpy": numpy.__version__})


mlflow.models.set_model(Doubling())
"""


class RowWise:
    """A model that verification found to be row-wise, and what it is given."""

    def __init__(self, predict):
        self.predictor = self.plan = self
        self.row_wise, self.sizes = True, []
        self._predict = predict

    def unwrap_python_model(self):
        return self

    def predict(self, rows):
        self.sizes.append(len(rows))
        return self._predict(rows)


@pytest.mark.parametrize(
    "predict",
    [lambda rows: rows * 2, lambda rows: rows["x"], lambda rows: rows.to_numpy(), lambda rows: rows["x"].tolist()],
)
def test_a_row_wise_model_gets_chunks_and_the_predictions_are_those_of_the_whole(monkeypatch, predict):
    monkeypatch.setattr(child, "CHUNK_ROWS", 4)
    rows = pd.DataFrame({"x": np.arange(10.0)}, index=[f"row {place}" for place in range(10)])
    model = RowWise(predict)
    found = child.predict(model, rows)
    assert model.sizes == [4, 4, 2]
    assert type(found) is type(predict(rows))
    np.testing.assert_array_equal(np.asarray(found), np.asarray(predict(rows)))
    if hasattr(found, "index") and not isinstance(found, list):
        assert list(found.index) == list(rows.index)


def test_a_model_that_is_not_row_wise_gets_all_rows_at_once(monkeypatch):
    monkeypatch.setattr(child, "CHUNK_ROWS", 4)
    model = RowWise(lambda rows: rows)
    model.row_wise = False
    child.predict(model, pd.DataFrame({"x": range(10)}))
    assert model.sizes == [10]


@pytest.fixture
def saved(tmp_path):
    code = tmp_path / "model.py"
    code.write_text(MODEL)
    requirements = [f"mlflow=={mlflow.__version__}", "pandas", "numpy<2.4"]
    mlflow.pyfunc.save_model(tmp_path / "saved", python_model=str(code), pip_requirements=requirements)
    return tmp_path / "saved"


@pytest.mark.slow
@pytest.mark.full
def test_a_model_predicts_in_an_environment_of_its_own_requirements(saved):
    found = predictions_of(saved, pd.DataFrame({"x": [1.5, 2.0]}), "uv")
    assert found["twice"].tolist() == [3.0, 4.0]
    assert found["numpy"].str.startswith(("2.3.", "2.2.", "2.1.", "2.0.", "1.")).all()


@pytest.mark.slow
def test_what_the_model_raises_and_what_can_not_be_handed_over_is_told(saved):
    with pytest.raises(EvaluationError, match=r"^KeyError: 'x'$"):
        predictions_of(saved, pd.DataFrame({"y": [1.5]}))
    with pytest.raises(EvaluationError, match="the data can't be handed to another process"):
        predictions_of(saved, lambda: None)
