"""What MLflow's own server makes of a request before any model sees it: docs/model.md has a table of it."""

from __future__ import annotations

import json

import mlflow
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import scoring_server
from mlflow.types import ColSpec, Schema

pytestmark = pytest.mark.slow


class Echo(mlflow.pyfunc.PythonModel):
    """A model of somebody else."""

    def predict(self, context, model_input, params=None):  # noqa: ARG002 - so MLflow calls it
        return model_input.iloc[:, 0].tolist()


@pytest.fixture(scope="module")
def send(tmp_path_factory):
    """Send one value of a column to MLflow's handler of requests."""
    folder = tmp_path_factory.mktemp("models")

    def send(kind, value):
        place = folder / kind
        if not place.exists():
            signature = ModelSignature(inputs=Schema([ColSpec(kind, "it")]))
            mlflow.pyfunc.save_model(place, python_model=Echo(), signature=signature, pip_requirements=[])
        model = mlflow.pyfunc.load_model(str(place))
        body = f'{{"dataframe_split": {{"columns": ["it"], "data": [[{value}]]}}}}'
        answer = scoring_server.invocations(body.encode(), "application/json", model, model.metadata.get_input_schema())
        return json.loads(answer.response)["predictions"][0]

    return send


@pytest.mark.parametrize(
    ("kind", "sent", "seen"),
    [
        ("long", "2.5", 2),
        ("long", "9223372036854775808", -9223372036854775808),
        ("integer", "2147483648", -2147483648),
        ("long", "true", 1),
        ("long", '"7"', 7),
        ("boolean", '"false"', True),
        ("boolean", "0.5", True),
        ("double", "9007199254740993", 9007199254740992.0),
        ("double", "1e400", float("inf")),
    ],
)
def test_a_value_is_cast_to_the_type_of_its_column(send, kind, sent, seen):
    assert send(kind, sent) == seen


def test_null_in_a_required_integer_column_is_refused(send):
    with pytest.raises(MlflowException) as caught:
        send("long", "null")
    assert caught.value.get_http_status_code() == 400


@pytest.mark.parametrize(("sent", "error"), [("9" * 5000, ValueError), ("[" * 100_000 + "]" * 100_000, RecursionError)])
def test_what_python_does_not_read_as_json_is_an_error_of_the_server(send, sent, error):
    # Its handler makes a 400 of a JSONDecodeError alone; FastAPI answers anything else with 500.
    with pytest.raises(error) as caught:
        send("long", sent)
    assert not isinstance(caught.value, json.JSONDecodeError)
