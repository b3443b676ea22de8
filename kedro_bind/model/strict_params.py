"""Reject unknown parameters and values outside of a parameter's type, over HTTP as well.

MLflow drops a parameter that is not in a model's signature before the model sees it, with a warning and status 200
(since https://github.com/mlflow/mlflow/pull/9252): whoever misspells a parameter gets predictions for other values. It
also accepts null for every type, and integers of any size. As of MLflow 3.17 there is no option against that, so
`PyFuncModel.predict` is replaced by a method that first checks the parameters of models that ask for it, and does
nothing else for other models. It also converts tables that MLflow would reject without need (see `nullable`).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel

from kedro_bind.model.nullable import nullable_columns, table_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.types import ParamSchema

__all__ = ["refuse", "refuse_unknown_parameters"]

_BITS = {"integer": 32, "long": 64}
_NULLABLE = "_kedro_bind_nullable"
"""The attribute in which a loaded model keeps the result of `_nullable_columns`, which is computed only once."""


@functools.cache
def refuse_unknown_parameters() -> None:
    """Make `PyFuncModel.predict` reject parameters that are not in the signature of a model.

    This applies to Python models with `refuses_unknown_parameters`. The error is an `MlflowException` with
    INVALID_PARAMETER_VALUE, for which a server responds with status 400.
    """
    original = PyFuncModel.predict

    @functools.wraps(original)
    def predict(self: PyFuncModel, data: Any, params: dict[str, Any] | None = None) -> Any:
        try:
            nullable = self.__dict__[_NULLABLE]
        except KeyError:
            nullable = self.__dict__[_NULLABLE] = _nullable_columns(self)
        if nullable is not None:
            if params:
                refuse(self.metadata.get_params_schema(), params)  # type: ignore[no-untyped-call]  # not annotated in MLflow
            if nullable:
                data = table_with(nullable, data)
        return original(self, data, params)

    PyFuncModel.predict = predict  # type: ignore[method-assign]  # the purpose of this module


def _nullable_columns(model: PyFuncModel) -> dict[Any, str] | None:
    """Return the columns of a table that may need a conversion; `None` for a model that does not ask for the checks."""
    try:
        python_model = model.unwrap_python_model()  # type: ignore[no-untyped-call]  # not annotated in MLflow
    except MlflowException:
        return None  # a model of another flavor
    if not getattr(python_model, "refuses_unknown_parameters", False):
        return None
    return nullable_columns(model.metadata.get_input_schema())  # type: ignore[no-untyped-call]  # not annotated in MLflow


def refuse(schema: ParamSchema | None, params: Mapping[str, Any]) -> None:
    """Reject parameters that are not in a signature, null for a type without it, and integers out of range.

    Raises:
        MlflowException: with INVALID_PARAMETER_VALUE.
    """
    known = {spec.name: spec for spec in schema.params} if schema is not None else {}
    unknown = sorted(set(map(str, params)) - set(known))
    if unknown:
        allowed = ", ".join(sorted(known)) or "none"
        raise MlflowException.invalid_parameter_value(
            f"this model has no parameter '{unknown[0]}'; a caller may set: {allowed}"
        )
    for name, value in params.items():
        spec = known[str(name)]
        if _has_null(value) and not _has_null(spec.default):
            kind = getattr(spec.dtype, "name", spec.dtype)
            raise MlflowException.invalid_parameter_value(
                f"the parameter '{name}' can't be null: its type is {kind}{' (a list)' if spec.shape else ''}"
                "; leave it out to use the model's own value"
            )
        _refuse_out_of_range(str(name), value, getattr(spec.dtype, "name", None))


def _refuse_out_of_range(name: str, value: Any, kind: str | None) -> None:
    """Reject an integer that is out of the range of its type, which MLflow accepts."""
    if kind not in _BITS:
        return
    largest = 2 ** (_BITS[kind] - 1) - 1
    for number in value if isinstance(value, list) else [value]:
        if isinstance(number, int) and not -largest - 1 <= number <= largest:
            raise MlflowException.invalid_parameter_value(
                f"the parameter '{name}' can't be {number}: its type is {kind}, from {-largest - 1} to {largest}"
            )


def _has_null(value: Any) -> bool:
    return value is None or (isinstance(value, list) and any(member is None for member in value))
