from __future__ import annotations

import json
import math
import re

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mlflow.models.utils import _enforce_schema
from mlflow.pyfunc import scoring_server
from mlflow.pyfunc.scoring_server import infer_and_parse_data
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import AnyType, Array

from kedro_bind.serving.decoder import Decoder
from kedro_bind.serving.errors import RequestError

TYPES = [
    DataType.double,
    DataType.float,
    DataType.long,
    DataType.integer,
    DataType.string,
    DataType.boolean,
    DataType.datetime,
]
NAMES = ["a", "b", "c"]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-5, 5),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["", "text", "1", "2024-01-02", "2024-01-02T03:04:05", "2024-01-02T03:04:05Z", "9999-12-31"]),
    st.lists(st.integers(0, 3), max_size=2),
)
OF_TYPE = {
    DataType.double: st.floats() | st.integers(-(2**53), 2**53) | st.none(),
    DataType.float: st.floats(width=32) | st.integers(-100, 100),
    DataType.long: st.integers(-(2**63), 2**63 - 1),
    DataType.integer: st.integers(-(2**31), 2**31 - 1),
    DataType.string: st.text(max_size=5) | st.none(),
    DataType.boolean: st.booleans(),
    DataType.datetime: st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1)).map(
        lambda time: time.isoformat()
    ),
}


@st.composite
def schemas(draw):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    return Schema([ColSpec(draw(st.sampled_from(TYPES)), name, required=draw(st.booleans())) for name in names])


@st.composite
def requests(draw, *, fitting):
    schema = draw(schemas())
    columns = [(column.name, OF_TYPE[column.type] if fitting else VALUES) for column in schema.inputs]
    if not fitting:
        columns = draw(st.lists(st.sampled_from([*columns, ("extra", VALUES)]), unique_by=lambda column: column[0]))
    rows = draw(st.lists(st.fixed_dictionaries(dict(columns)), min_size=1, max_size=4))
    if draw(st.booleans()):
        return schema, {"dataframe_records": rows}
    names = [name for name, _ in columns]
    return schema, {"dataframe_split": {"columns": names, "data": [[row[name] for name in names] for row in rows]}}


def by_mlflow(schema, payload):
    """The table that MLflow's server hands to a model; None where it refuses."""
    try:
        return _enforce_schema(infer_and_parse_data(json.loads(json.dumps(payload)), schema), schema)
    except Exception:  # noqa: BLE001 - of several types
        return None


def by_us(schema, payload):
    try:
        rows = Decoder(schema).decode(payload)
    except RequestError:
        return None
    return rows.joined([rows])


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests(fitting=True))
def test_what_fits_the_signature_is_the_table_that_mlflow_makes_of_it(request):
    schema, payload = request
    expected = by_mlflow(schema, payload)
    if expected is None:  # nulls alone in a column that needs text or times, say
        assert by_us(schema, payload) is None
    else:
        pd.testing.assert_frame_equal(by_us(schema, payload), expected)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests(fitting=False))
@example(
    (
        Schema([ColSpec(DataType.datetime, "a")]),
        {"dataframe_split": {"columns": ["a"], "data": [["9999-12-31"]]}},  # beyond nanoseconds
    )
)
def test_anything_else_is_refused_or_converted_as_by_mlflow(request):
    schema, payload = request
    expected, found = by_mlflow(schema, payload), by_us(schema, payload)
    if found is None:
        assert expected is None or _is_lossy(schema, payload)
        _assert_that_the_column_is_at_fault(schema, payload)
    else:
        pd.testing.assert_frame_equal(found, expected)


def _assert_that_the_column_is_at_fault(schema, payload):
    with pytest.raises(RequestError) as caught:
        Decoder(schema).decode(payload)
    named = re.match(r"the column '(\w+)' (?:has|does not fit)", caught.value.message)
    if named is not None:
        column = Schema([column for column in schema.inputs if column.name == named[1]])
        assert by_us(column, payload) is None, caught.value.message
    else:
        assert "the input has no column" in caught.value.message or "is not between" in caught.value.message


def _is_lossy(schema, payload):
    """Whether an integer column is given a fraction, or a number that it can't hold."""
    content = payload.get("dataframe_records") or [
        dict(zip(payload["dataframe_split"]["columns"], row, strict=True)) for row in payload["dataframe_split"]["data"]
    ]
    bits = {DataType.long: 63, DataType.integer: 31}
    for column in schema.inputs:
        for value in (row.get(column.name) for row in content):
            if column.type in bits and isinstance(value, int | float) and not math.isnan(value):
                limit = 2 ** bits[column.type]
                if not -limit <= value < limit or (isinstance(value, float) and not value.is_integer()):
                    return True
    return False


INTEGERS = Schema([ColSpec(DataType.long, "visits"), ColSpec(DataType.integer, "age", required=False)])


@pytest.mark.parametrize("value", [2.5, 2**63, -(2**63) - 1, 10**400, 1e300])
def test_an_integer_that_would_change_is_refused(value):
    with pytest.raises(RequestError, match="visits"):
        Decoder(INTEGERS).decode({"dataframe_records": [{"visits": value}]})


def test_a_small_integer_that_would_wrap_is_refused():
    with pytest.raises(RequestError, match="age"):
        Decoder(INTEGERS).decode({"dataframe_records": [{"visits": 1, "age": 2**31}]})


def test_a_whole_float_is_an_integer_as_for_mlflow():
    rows = Decoder(INTEGERS).decode({"dataframe_records": [{"visits": 2.0}]})
    assert rows.joined([rows])["visits"].tolist() == [2]


@pytest.mark.parametrize(
    "payload", [{}, {"params": {}}, {"inputs": [1], "instances": [1]}, {"dataframe_records": {"a": 1}}]
)
def test_a_body_needs_exactly_one_form(payload):
    with pytest.raises(RequestError) as refused:
        Decoder(INTEGERS).decode(payload)
    assert refused.value.status == 400


@pytest.mark.parametrize("name", [["warm"], {"warm": 1}])
def test_a_table_that_mlflow_can_not_read_is_refused_without_its_data(name):
    """MLflow's server fails for names that can't be in a set."""
    with pytest.raises(RequestError) as refused:
        Decoder(INTEGERS).decode({"dataframe_split": {"columns": [name, "visits"], "data": [["warm", 1]]}})
    assert refused.value.status == 400
    assert "warm" not in refused.value.message


@pytest.mark.parametrize("form", ["inputs", "instances"])
@pytest.mark.parametrize("value", [1, 1.5, "x", True, None])
def test_a_single_value_is_one_row_of_a_model_without_a_signature(form, value):
    rows = Decoder(None).decode({form: value})
    assert rows.count == 1
    assert rows.joined([rows]).tolist() == value


@pytest.mark.parametrize("second", [2, 2.5, "warm"])
def test_a_table_with_a_column_twice_is_refused(second):
    table = pd.DataFrame([[1, second]], columns=["visits", "visits"])
    with pytest.raises(RequestError, match="the column 'visits'") as refused:
        Decoder(INTEGERS).enforced(table)
    assert "warm" not in refused.value.message


@pytest.mark.parametrize(
    "payload",
    [
        {"inputs": {"visits": [1, 2]}},
        {"instances": [{"visits": 1}, {"visits": 2}]},
        {"dataframe_records": [{"visits": 1}, {"visits": 2}]},
        {"dataframe_split": {"columns": ["visits"], "index": [7, 8], "data": [[1], [2]]}},
        {"dataframe_split": {"columns": ["other", "visits"], "data": [["x", 1], ["y", 2]]}},
    ],
)
def test_all_forms_give_the_table(payload):
    rows = Decoder(INTEGERS).decode(payload)
    assert rows.joined([rows])["visits"].tolist() == [1, 2]
    assert rows.count == 2


@pytest.mark.parametrize(
    "schema",
    [
        None,
        Schema([ColSpec(DataType.double)]),
        Schema([ColSpec(Array(DataType.double), "a")]),
        Schema([ColSpec(AnyType(), "a", required=False)]),
        Schema([ColSpec(DataType.binary, "a")]),
    ],
)
def test_types_without_a_converter_go_through_mlflow(schema):
    value = {"a": [1.5]} if schema and "array" in str(schema).lower() else {"a": "aGVsbG8="}
    if schema and not schema.has_input_names():
        value = {"a": 1.5}
    payload = {"dataframe_records": [value]}
    rows = Decoder(schema).decode(payload)
    expected = infer_and_parse_data(json.loads(json.dumps(payload)), schema)
    expected = _enforce_schema(expected, schema) if schema else expected
    pd.testing.assert_frame_equal(rows.joined([rows]), expected)


def test_rows_of_one_layout_are_joined_into_one_table():
    decoder = Decoder(Schema([ColSpec(DataType.double, "a"), ColSpec(DataType.string, "b")]))
    first = decoder.decode({"dataframe_records": [{"a": 1, "b": "x"}]})
    second = decoder.decode({"dataframe_records": [{"a": None, "b": "y"}, {"a": 2.5, "b": None}]})
    assert first.layout == second.layout
    table = first.joined([first, second])
    assert table["b"].isna().tolist() == [False, False, True]
    assert table["a"].tolist()[0] == 1.0
    assert len(table) == 3


def test_mlflow_has_the_forms_that_the_decoder_reads():
    assert {
        "dataframe_records",
        "dataframe_split",
        "instances",
        "inputs",
    } == scoring_server.SUPPORTED_FORMATS
