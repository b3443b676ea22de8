"""What of an input MLflow can hold is asked of MLflow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.pyfunc import PyFuncModel
from mlflow.types.schema import AnyType, DataType, ParamSchema, ParamSpec
from scipy.sparse import csr_matrix

from kedro_bind.model.nullable import nullable_columns, table_with
from kedro_bind.model.signature import left_out, sample_input, unsaved
from kedro_bind.model.strict_params import refuse_unknown_parameters

PLAIN = {
    "table": pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.to_datetime(["2026-01-01", None])}),
    "numbered": pd.DataFrame([[1.0, 2.0]]),
    "lists": pd.DataFrame({"a": [[1, 2], None]}),
    "mappings": pd.DataFrame({"a": [{"x": 1}, {"x": 2, "y": 3}]}),
    "array": np.eye(3),
    "arrays": {"a": np.eye(3)},
    "sparse": csr_matrix(np.eye(3)),
}


@pytest.mark.parametrize("case", PLAIN)
def test_what_mlflow_takes_has_a_schema_and_an_example(case):
    sample = sample_input(PLAIN[case], 2)
    assert sample.schema is not None
    assert not sample.untyped
    assert not unsaved(sample.rows)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pd.DataFrame({"a": [1], "kind": pd.Categorical(["x"])}), "no type for the column 'kind' (category)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "names of its columns"),
        (pd.Series([1.0], name="a"), "hands a 'pandas.Series' to a model as a 'pandas.DataFrame'"),
        ((1, 2), "does not take a 'tuple'"),
        ("text", "hands a 'str' to a model as a 'pandas.DataFrame'"),
    ],
    ids=["category", "names", "series", "tuple", "text"],
)
def test_what_mlflow_refuses_or_changes_is_named(data, said):
    sample = sample_input(data, 5)
    assert sample.schema is None
    assert said in sample.untyped


def test_a_schema_that_would_drop_columns_is_none():
    table = pd.DataFrame({"a": [1, 2], "took": pd.to_timedelta([1, 2]), "b": pd.period_range("2026-01", periods=2)})
    assert infer_signature(table).inputs.input_types() == [AnyType()]
    sample = sample_input(table, 2)
    assert sample.schema is None
    assert "columns 'took' (timedelta64[" in sample.untyped
    assert "'b' (period[" in sample.untyped
    assert "'a'" not in sample.untyped


def test_integers_and_booleans_that_may_be_missing_have_types_that_can_be_missing():
    table = pd.DataFrame(
        {
            "full": pd.array([1] * 9, dtype="Int64"),
            "some": pd.array([1] * 8 + [None], dtype="Int64"),
            "flag": [True] * 8 + [None],
        }
    )
    sample = sample_input(table, 3)
    assert sample.schema.input_types() == [DataType.long, DataType.double, AnyType()]
    assert sample.rows["some"].tolist() == [1.0, 1.0, 1.0]
    assert table["some"].dtype == "Int64"


def test_a_nullable_column_becomes_what_a_request_has_for_it():
    table = pd.DataFrame({0: pd.array([1, None], dtype="Int64"), 1: pd.array([True, None], dtype="boolean")})
    plain = table_with(nullable_columns(sample_input(table, 2).schema), table)
    assert plain[0].dtype == "float64"
    assert plain[1].tolist() == [True, None]
    assert table[0].dtype == "Int64"


def test_asking_mlflow_leaves_the_data_as_it_is():
    cells = [{"x": 1}, {"x": 2}]
    sample_input(pd.DataFrame({"a": cells}), 2)
    assert [type(each["x"]) for each in cells] == [int, int]


def test_a_list_of_plain_values_reaches_a_node_as_a_list():
    sample = sample_input([1.0, 2.0], 5)
    assert sample.schema is None
    assert "hands a 'list' to a model as a 'pandas.DataFrame'" in sample.untyped


def test_what_is_left_out_is_said_with_its_reason_and_remedy():
    line = left_out("", unsaved(pd.DataFrame({"a": [1], "b": [{1}]})))
    assert line.startswith("the model has no input example, since MLflow can't write the column 'b' (object) as JSON;")
    assert "'input_example: none'" in line
    assert "any input" not in line


class Strict:
    """A python model as kedro_bind's are, inside of what MLflow wraps it in."""

    refuses_unknown_parameters = True

    def __init__(self):
        self.python_model = self

    def predict(self, model_input, params=None):  # noqa: ARG002 - as MLflow calls it
        return params


def ask(params, *specs):
    refuse_unknown_parameters()
    signature = ModelSignature(params=ParamSchema(list(specs)))
    flavors = {"python_function": {"loader_module": "none"}}
    return PyFuncModel(Model(signature=signature, flavors=flavors), Strict()).predict(1, params)


@pytest.mark.parametrize(("default", "shape", "given"), [(3, None, None), ([1, 2], (-1,), [1, None])])
def test_null_is_no_value_of_a_typed_parameter(default, shape, given):
    spec = ParamSpec("k", DataType.long, default, shape)
    with pytest.raises(MlflowException, match="the parameter 'k' can't be null: its type is long") as caught:
        ask({"k": given}, spec)
    assert caught.value.get_http_status_code() == 400


@pytest.mark.parametrize(("kind", "least", "most"), [("long", -(2**63), 2**63 - 1), ("integer", -(2**31), 2**31 - 1)])
def test_an_integer_that_its_type_does_not_have_is_refused(kind, least, most):
    one, several = ParamSpec("k", DataType[kind], 3), ParamSpec("k", DataType[kind], [3], (-1,))
    assert ask({"k": least}, one) == {"k": least}
    assert ask({"k": most}, one) == {"k": most}
    for bad in (least - 1, most + 1):
        for spec, given in [(one, bad), (several, [0, bad])]:
            with pytest.raises(
                MlflowException, match=f"the parameter 'k' can't be {bad}: its type is {kind}"
            ) as caught:
                ask({"k": given}, spec)
            assert caught.value.get_http_status_code() == 400


def test_null_is_a_value_of_a_parameter_that_is_null_by_default():
    assert ask({"k": None}, ParamSpec("k", DataType.long, None)) == {"k": None}
