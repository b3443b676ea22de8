"""A served model with what handles its requests."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kedro_bind.serving.endpoint import Endpoint, Endpoints
from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.limits import Limits
from kedro_bind.serving.metrics import Metrics


@pytest.fixture
def executor():
    with ThreadPoolExecutor(1) as pool:
        yield pool


def endpoint(model, executor, **limits):
    return Endpoint.of(model, executor, executor, Limits(**limits), Metrics(), batch=None)


def predict(found, *spends):
    rows = found.model.decoder.decode({"dataframe_records": [{"spend": spend} for spend in spends]})
    return asyncio.run(found.predict(rows, None))


def test_the_response_is_that_of_mlflows_protocol(served, executor):
    assert json.loads(predict(endpoint(served, executor), 1.5)) == {"predictions": [{"double": 3.0}]}


@pytest.mark.parametrize(
    ("spends", "limits", "status", "message"),
    [
        ([1.0, 2.0], {"rows": 1}, 413, "the request has 2 rows; the most is 1"),
        ([13.0], {}, 400, "the model fails for this input: RuntimeError"),
        ([-1.0], {}, 400, "spend is negative"),
        ([1.0], {"seconds": 0}, 504, "the model did not respond in time"),
    ],
)
def test_a_request_that_fails_says_why(served, executor, spends, limits, status, message):
    with pytest.raises(RequestError) as raised:
        predict(endpoint(served, executor, **limits), *spends)
    assert (raised.value.status, raised.value.message) == (status, message)


def test_models_are_found_by_name_and_version(served, executor):
    endpoints = Endpoints()
    for name, version in (("a", "2"), ("a", "1"), ("b", "")):
        endpoints.add(endpoint(replace(served, name=name, version=version), executor))
    assert [model.version for model in endpoints.models] == ["2", "1", ""]
    assert endpoints.find().model.version == "2"
    assert endpoints.find("a", "1").model.version == "1"
    assert endpoints.find("b").model.name == "b"
    for name, version in (("c", None), ("a", "3")):
        with pytest.raises(RequestError) as raised:
            endpoints.find(name, version)
        assert raised.value.status == 404
