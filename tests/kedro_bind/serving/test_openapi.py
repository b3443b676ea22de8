"""The OpenAPI description of a server."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from kedro_bind.serving.openapi import describe


@pytest.fixture
def description(served):
    return describe([served, replace(served, name="other", version="")])


def schema_of(description, path="/invocations"):
    return description["paths"][path]["post"]["requestBody"]["content"]["application/json"]


def test_every_model_has_its_paths(description):
    assert {path for path in description["paths"] if path.endswith("invocations")} == {
        "/invocations",
        "/models/doubling/invocations",
        "/models/doubling/versions/3/invocations",
        "/models/other/invocations",
    }
    names = [operation["post"]["operationId"] for operation in description["paths"].values() if "post" in operation]
    assert len(names) == len(set(names))
    assert json.loads(json.dumps(description)) == description


def test_the_example_fits_the_schema(description):
    content = schema_of(description)
    jsonschema.validate(content["example"], content["schema"])
    assert content["example"]["params"] == {"factor": 2.0}


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": [{"id": 1}]},
        {"dataframe_records": [{"spend": "much"}]},
        {"dataframe_records": []},
        {"dataframe_records": [{"spend": 1.5}], "params": {"facto": 1}},
        {"dataframe_records": [{"spend": 1.5}], "params": {"factor": None}},
        {"rows": []},
    ],
)
def test_what_the_model_refuses_does_not_fit(description, body):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, schema_of(description)["schema"])


def test_without_a_logged_example_one_is_made_up(served):
    assert schema_of(describe([served], show_example=True))["example"]["dataframe_records"] == [{"id": 1, "spend": 1.5}]
