"""Examples that are made up from a signature."""

from __future__ import annotations

import json
import shlex

import jsonschema
import numpy as np
import pytest
from mlflow.models.utils import _enforce_schema  # the public way needs a model
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType, Array, Map, Object, Property

from kedro_bind.render.made_up import example_of_params, example_record, example_request, invitation, json_type

SCALARS = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"]
NESTED = [Array("long"), Map("string"), Object([Property("a", "long"), Property("b", Array("string"), required=False)])]
SCHEMA = Schema([*(ColSpec(kind, kind) for kind in SCALARS), *(ColSpec(type_, repr(type_)) for type_ in NESTED)])
PARAMS = ParamSchema(
    [
        ParamSpec("threshold", "double", 0.5),
        ParamSpec("limits", "long", [1, 2], (-1,)),
        ParamSpec("day", "datetime", "2024-01-01"),
        ParamSpec("days", "datetime", ["2024-01-01", "2024-01-02"], (-1,)),
    ]
)


def test_an_example_fits_the_types_of_its_columns():
    record = example_record(SCHEMA)
    assert set(record) == set(SCHEMA.input_names())
    for column in SCHEMA.inputs:
        jsonschema.validate(record[column.name], json_type(column.type))


@pytest.mark.parametrize(("kind", "value"), [("long", 2**63), ("integer", 1.5), ("boolean", 1), ("long", None)])
def test_what_a_type_does_not_take_is_invalid(kind, value):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, json_type(ColSpec(kind, "x").type))


def test_floats_and_strings_may_be_null_and_anything_may_be_anything():
    for kind in ("float", "double", "string"):
        jsonschema.validate(None, json_type(ColSpec(kind, "x").type))
    assert json_type(AnyType()) == {}


def test_an_object_has_its_required_fields():
    schema = json_type(NESTED[2])
    jsonschema.validate({"a": 1}, schema)
    for value in ({"b": ["x"]}, {"a": 1, "c": 2}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(value, schema)


def test_parameters_have_their_defaults_as_json():
    found = json.loads(json.dumps(example_of_params(PARAMS)))
    assert (found["threshold"], found["limits"]) == (0.5, [1, 2])
    assert found["day"].startswith("2024-01-01")
    assert [day[:10] for day in found["days"]] == ["2024-01-01", "2024-01-02"]


@pytest.mark.parametrize(
    ("schema", "key"),
    [
        (Schema([ColSpec("double", "a"), ColSpec("string", "b")]), "dataframe_records"),
        (Schema([ColSpec("double"), ColSpec("long")]), "dataframe_split"),
        (Schema([TensorSpec(np.dtype("float64"), (-1, 2, 3))]), "inputs"),
        (None, "inputs"),
    ],
)
def test_a_request_has_the_form_of_the_signature(schema, key):
    body = example_request(schema, None)
    assert list(body) == [key]
    if key == "inputs" and schema is not None:
        assert _enforce_schema(np.array(body[key]), schema).shape == (1, 2, 3)


def test_a_shell_reads_the_command():
    schema = Schema([ColSpec("string", "customer's name")])
    line = invitation(example_request(schema, PARAMS), "http://127.0.0.1:5001")
    said, _, command = line.partition(": ")
    assert said == "try it, with values of your own in place of these made-up ones"
    words = shlex.split(command)
    assert words[0] == "curl"
    assert words[-1] == "http://127.0.0.1:5001/invocations"
    body = json.loads(words[words.index("-d") + 1])
    assert body == {"dataframe_records": [{"customer's name": "text"}], "params": example_of_params(PARAMS)}
