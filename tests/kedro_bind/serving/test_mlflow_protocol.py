"""MLflow's scoring protocol: a body and its content type."""

from __future__ import annotations

from io import BytesIO

import mlflow
import pandas as pd
import pytest
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema

from kedro_bind.serving.errors import RequestError
from kedro_bind.serving.mlflow_protocol import read_request
from kedro_bind.serving.served_model import ServedModel

JSON = b'{"dataframe_records": [{"id": 1, "spend": 1.5}], "params": {"factor": 3}}'


def parquet():
    written = BytesIO()
    pd.DataFrame({"id": [1], "spend": [1.5]}).to_parquet(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "factor"),
    [
        (JSON, "application/json", 3.0),
        (JSON, "application/json; charset=UTF-8", 3.0),
        (b"id,spend\n1,1.5\n", "text/csv", 2.0),
        (parquet(), "application/vnd.apache.parquet", 2.0),
    ],
)
def test_rows_are_read_in_the_types_of_the_signature(served, body, content_type, factor):
    rows, params = read_request(served, body, content_type)
    table = rows.joined([rows])
    assert table.to_dict("list") == {"id": [1], "spend": [1.5]}
    assert dict(params) == {"factor": factor}


def test_what_pythons_parser_takes_is_taken(served):
    rows, _ = read_request(served, b'{"dataframe_records": [{"id": 1, "spend": NaN}]}', "application/json")
    assert rows.joined([rows])["spend"].isna().all()


def test_brackets_in_a_text_are_not_nesting(served):
    rows, _ = read_request(
        served, b'{"dataframe_records": [{"spend": NaN, "note": "' + b"[" * 5_000 + b'"}]}', "application/json"
    )
    assert rows.count == 1


@pytest.mark.parametrize("depth", [900, 3_000, 200_000])
@pytest.mark.parametrize(("left", "right"), [(b"[", b"]"), (b'{"a": ', b"}")])
@pytest.mark.parametrize("column", [b'{"id": NaN, "spend": ', b'{"spend": '])
@pytest.mark.parametrize("form", [b"dataframe_records", b"instances", b"inputs"])
def test_nesting_of_any_depth_is_refused(served, form, column, left, right, depth):
    body = b'{"' + form + b'": [' + column + left * depth + b"1" + right * depth + b"}]}"
    with pytest.raises(RequestError) as raised:
        read_request(served, body, "application/json")
    assert raised.value.status == 400


@pytest.mark.parametrize(
    ("body", "content_type", "status", "message"),
    [
        (JSON, None, 415, "the content type must be application/json, text/csv or application/vnd.apache.parquet"),
        (JSON, "application/xml", 415, "the content type must be"),
        (JSON, "application/json; charset=latin-1", 415, "only UTF-8 is supported"),
        (JSON, "application/json; profile=x", 415, "the parameter 'profile' of the content type is not supported"),
        (b"[1]", "application/json", 400, "the body must be a JSON object"),
        (b'{"a": }', "application/json", 400, "the body is not valid JSON: Expecting value at line 1, column 7"),
        (b"[" * 200_000, "application/json", 400, "the JSON is nested too deep"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "application/json", 400, "the body"),
        (b"\xff", "text/csv", 400, "the body can't be read as a CSV table (UnicodeDecodeError)"),
        (b"id,spend\n1,a lot\n", "text/csv", 400, "the column 'spend' has numbers, and a value is text"),
        (b"id,spend\n1,1\n2.5,1\n", "text/csv", 400, "the column 'id' has integers, and a value has a fraction"),
        (b"id,spend\n1,1\n,1\n", "text/csv", 400, "the column 'id' has integers, and a value is missing"),
        (b'id,spend\n1,"', "text/csv", 400, "the body can't be read as a CSV table (ParserError)"),
        (b"no", "application/vnd.apache.parquet", 400, "the body can't be read as a Parquet table"),
    ],
)
def test_a_body_that_can_not_be_read_is_refused(served, body, content_type, status, message):
    with pytest.raises(RequestError) as raised:
        read_request(served, body, content_type)
    assert raised.value.status == status
    assert raised.value.message.startswith(message)


def test_dates_as_csv_are_refused_with_their_column(model_folder):
    pyfunc = mlflow.pyfunc.load_model(str(model_folder))
    pyfunc.metadata.signature = ModelSignature(Schema([ColSpec("datetime", "issued")]))
    served = ServedModel("dates", "1", "models:/dates/1", pyfunc, str(model_folder))
    with pytest.raises(RequestError) as raised:
        read_request(served, b"issued\n2024-05-04\n", "text/csv")
    assert raised.value.status == 400
    assert raised.value.message == "the column 'issued' has dates, which can't be sent as CSV; send JSON or Parquet"
