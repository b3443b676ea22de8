"""A parameter that a model does not have is an error, over HTTP as well, and so is a value that its type lacks.

MLflow drops what is not in a model's signature before the model sees it, with a warning and status 200: who
misspells a parameter gets the answer to another question. Null passes for a value of every type, and so does an
integer of any size. Nothing turns that off, so `PyFuncModel.predict` looks first, on behalf of models that ask for
it; to all others it does what it did. On its way, a table gets what MLflow would refuse of it for nothing (see
`nullable`).
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
"""Where a loaded model keeps what `_nullable_columns` says of it: it is asked once, not for each request."""


@functools.cache
def refuse_unknown_parameters() -> None:
    """Make `PyFuncModel.predict` refuse parameters that are not in the signature of a model.

    It does so for python models with `refuses_unknown_parameters`, with an `MlflowException` of
    INVALID_PARAMETER_VALUE, which a server answers with status 400.
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
                refuse(self.metadata.get_params_schema(), params)  # type: ignore[no-untyped-call]  # so in MLflow
            if nullable:
                data = table_with(nullable, data)
        return original(self, data, params)

    PyFuncModel.predict = predict  # type: ignore[method-assign]  # what this module is for


def _nullable_columns(model: PyFuncModel) -> dict[Any, str] | None:
    """Give the columns that a table may have to be changed in; `None` for a model that asks for none of this."""
    try:
        python_model = model.unwrap_python_model()  # type: ignore[no-untyped-call]  # so in MLflow
    except MlflowException:
        return None  # a model of another flavor
    if not getattr(python_model, "refuses_unknown_parameters", False):
        return None
    return nullable_columns(model.metadata.get_input_schema())  # type: ignore[no-untyped-call]  # so in MLflow


def refuse(schema: ParamSchema | None, params: Mapping[str, Any]) -> None:
    """Refuse parameters that a signature does not have, and null for one that has a type.

    Raises:
        MlflowException: with INVALID_PARAMETER_VALUE.
    """
    known = {each.name: each for each in schema.params} if schema is not None else {}
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
                "; leave it out to have the model's own value"
            )
        _refuse_out_of_range(str(name), value, getattr(spec.dtype, "name", None))


def _refuse_out_of_range(name: str, value: Any, kind: str | None) -> None:
    """Refuse an integer that its type does not have, which MLflow lets pass."""
    if kind not in _BITS:
        return
    largest = 2 ** (_BITS[kind] - 1) - 1
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, int) and not -largest - 1 <= each <= largest:
            raise MlflowException.invalid_parameter_value(
                f"the parameter '{name}' can't be {each}: its type is {kind}, from {-largest - 1} to {largest}"
            )


def _has_null(value: Any) -> bool:
    return value is None or (isinstance(value, list) and any(each is None for each in value))
