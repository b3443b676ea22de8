"""Parameters of a request are checked against the signature, also where MLflow would accept or drop them."""

from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.pyfunc import PyFuncModel
from mlflow.types.schema import DataType, ParamSchema, ParamSpec

from kedro_bind.model.strict_params import refuse_unknown_parameters


class Strict:
    """A Python model that asks for the checks, and MLflow's wrapper around it in one."""

    refuses_unknown_parameters = True

    def __init__(self):
        self.python_model = self

    def predict(self, model_input, params=None):  # noqa: ARG002 - MLflow passes it
        return params


def predict(params, *specs):
    refuse_unknown_parameters()
    signature = ModelSignature(params=ParamSchema(list(specs)))
    flavors = {"python_function": {"loader_module": "none"}}
    return PyFuncModel(Model(signature=signature, flavors=flavors), Strict()).predict(1, params)


@pytest.mark.parametrize(("default", "shape", "value"), [(3, None, None), ([1, 2], (-1,), [1, None])])
def test_null_is_rejected_for_a_typed_parameter(default, shape, value):
    spec = ParamSpec("k", DataType.long, default, shape)
    with pytest.raises(MlflowException, match="the parameter 'k' can't be null: its type is long") as caught:
        predict({"k": value}, spec)
    assert caught.value.get_http_status_code() == 400


@pytest.mark.parametrize(("kind", "least", "most"), [("long", -(2**63), 2**63 - 1), ("integer", -(2**31), 2**31 - 1)])
def test_an_integer_out_of_range_is_rejected(kind, least, most):
    one, several = ParamSpec("k", DataType[kind], 3), ParamSpec("k", DataType[kind], [3], (-1,))
    assert predict({"k": least}, one) == {"k": least}
    assert predict({"k": most}, one) == {"k": most}
    for bad in (least - 1, most + 1):
        for spec, value in [(one, bad), (several, [0, bad])]:
            with pytest.raises(
                MlflowException, match=f"the parameter 'k' can't be {bad}: its type is {kind}"
            ) as caught:
                predict({"k": value}, spec)
            assert caught.value.get_http_status_code() == 400


def test_null_is_accepted_for_a_parameter_that_is_null_by_default():
    assert predict({"k": None}, ParamSpec("k", DataType.long, None)) == {"k": None}


def test_an_unknown_parameter_is_rejected_with_the_names_of_the_known_ones():
    with pytest.raises(MlflowException, match="no parameter 'kk'; a caller may set: k") as caught:
        predict({"kk": 1}, ParamSpec("k", DataType.long, 3))
    assert caught.value.get_http_status_code() == 400


def test_a_model_that_does_not_ask_for_the_checks_is_not_affected():
    class Plain(Strict):
        refuses_unknown_parameters = False

    refuse_unknown_parameters()
    signature = ModelSignature(params=ParamSchema([ParamSpec("k", DataType.long, 3)]))
    model = Model(signature=signature, flavors={"python_function": {"loader_module": "none"}})
    assert PyFuncModel(model, Plain()).predict(1, {"kk": 1}) == {"k": 3}
