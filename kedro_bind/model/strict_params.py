"""A parameter that a model does not have is an error, over HTTP as well.

MLflow drops what is not in a model's signature before the model sees it, with a warning and status 200: who
misspells a parameter gets the answer to another question. Nothing turns that off, so `PyFuncModel.predict`
looks first, on behalf of models that ask for it; to all others it does what it did.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["refuse_unknown_parameters"]


@functools.cache
def refuse_unknown_parameters() -> None:
    """Make `PyFuncModel.predict` refuse parameters that are not in the signature of a model.

    It does so for python models with `refuses_unknown_parameters`, with an `MlflowException` of
    INVALID_PARAMETER_VALUE, which a server answers with status 400.
    """
    original = PyFuncModel.predict

    @functools.wraps(original)
    def predict(self: PyFuncModel, data: Any, params: dict[str, Any] | None = None) -> Any:
        if params:
            _refuse_unknown(self, params)
        return original(self, data, params)

    PyFuncModel.predict = predict  # type: ignore[method-assign]  # what this module is for


def _refuse_unknown(model: PyFuncModel, params: Mapping[str, Any]) -> None:
    try:
        python_model = model.unwrap_python_model()  # type: ignore[no-untyped-call]  # so in MLflow
    except MlflowException:
        return  # a model of another flavor
    if not getattr(python_model, "refuses_unknown_parameters", False):
        return
    schema = model.metadata.get_params_schema()  # type: ignore[no-untyped-call]  # so in MLflow
    known = [each.name for each in schema.params] if schema is not None else []
    unknown = sorted(set(map(str, params)) - set(known))
    if unknown:
        allowed = ", ".join(sorted(known)) or "none"
        raise MlflowException.invalid_parameter_value(
            f"this model has no parameter '{unknown[0]}'; a caller may set: {allowed}"
        )
