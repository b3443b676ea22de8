"""Models whose signature MLflow has made from a type hint: they validate their input themselves."""

from __future__ import annotations

import base64
import json

import mlflow
import pytest
from mlflow.pyfunc import scoring_server

from kedro_bind.serving.app import create_app
from kedro_bind.serving.served_model import ServedModel
from tests.kedro_bind.serving.asgi import ask

CODE = """
import datetime as dt
from typing import Any

import pydantic
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class Person(pydantic.BaseModel):
    name: str
    born: dt.date | None = None


class Echo(PythonModel):
    def predict(self, model_input: list[HINT]) -> list[HINT]:
        return model_input


set_model(Echo())
"""
HINTS = {
    "int": [1, 2],
    "list[str]": [["a", "b"], ["c"]],
    "dict[str, str]": [{"a": "b"}, {"c": "d"}],
    "bytes": [base64.encodebytes(b"bytes").decode()],
    "dt.datetime": ["2026-11-29T12:28:07.424406"],
    "Person": [{"name": "Ada", "born": "1815-12-10"}, {"name": "Alan"}],
    "Any": [True, "abc", 123],
}


def post(app, body):
    """Post JSON to an application."""
    return ask(app, "POST", "/invocations", body, content_type="application/json")


@pytest.mark.filterwarnings("ignore:The `route` decorator is deprecated:DeprecationWarning")  # by MLflow 3.1's server
@pytest.mark.parametrize(("hint", "data"), HINTS.items())
def test_both_servers_predict_alike(hint, data, tmp_path):
    (tmp_path / "echo.py").write_text(CODE.replace("HINT", hint), encoding="utf-8")
    folder = str(tmp_path / "model")
    mlflow.pyfunc.save_model(folder, python_model=str(tmp_path / "echo.py"), pip_requirements=[])
    pyfunc = mlflow.pyfunc.load_model(folder)
    ours = create_app([ServedModel("echo", "", "", pyfunc, folder)])
    assert post(ours, json.dumps({"inputs": data}).encode()).status == 200  # before MLflow's server is made
    for payload in ({"inputs": data}, {"inputs": [{"nothing": ["like", "it"]}, 3]}, {"instances": data}):
        body = json.dumps(payload).encode()
        expected, found = post(scoring_server.init(pyfunc), body), post(ours, body)
        assert found.status == expected.status, (payload, found.body, expected.body)
        answer, right = json.loads(found.body), json.loads(expected.body)
        if found.status == 200:
            assert answer == right
        else:
            assert answer["error_code"] == right["error_code"]
            assert "nothing" not in answer["message"]
