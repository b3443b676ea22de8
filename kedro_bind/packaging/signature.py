"""Infer the schemas of a model's signature from the data of the run that trained it."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from kedro_bind.model.nullable import schema_with_missing
from kedro_bind.process.quiet import quiet
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mlflow.types import ParamSchema, Schema

__all__ = ["infer_input_schema", "infer_parameters", "infer_schema"]

logger = get_logger(__name__)


def infer_schema(data: Any) -> Schema | None:
    """Return MLflow's schema of data; `None` if MLflow has no type for it.

    A column with missing values is optional, and an integer column with missing values is a double.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature

    try:
        with quiet("mlflow.models.signature", logging.ERROR), warnings.catch_warnings():
            # MLflow warns that integer columns can't have missing values; here, the types come from all of the data.
            warnings.simplefilter("ignore", UserWarning)
            inferred: Schema | None = infer_signature(model_input=data).inputs
            return inferred
    except (MlflowException, TypeError, ValueError) as error:
        logger.debug("no signature for data of type %s: %s", type(data).__name__, error)
        return None


def infer_input_schema(data: Any) -> Schema | None:
    """Return the schema of a model's input; `None` if MLflow has no type for it.

    For data without a type, MLflow infers a single unnamed column of any type, and that schema drops columns.
    """
    from mlflow.types.schema import AnyType

    inferred = infer_schema(data)
    if inferred is None or (not inferred.has_input_names() and inferred.input_types() == [AnyType()]):  # type: ignore[no-untyped-call]  # not annotated
        return None
    return schema_with_missing(inferred)


def infer_parameters(
    parameters: Mapping[str, Any], names: Iterable[str], typed: Collection[str] = ()
) -> tuple[ParamSchema | None, list[str]]:
    """Return the schema of the parameters that a caller may set, and the parameters for which MLflow has no type.

    `typed` parameters are objects of a type of the project, which knows itself which fields are required.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature
    from mlflow.types import ParamSchema

    specs: list[Any] = []
    untyped: list[str] = []
    for name in names:
        if parameters[name] == []:  # MLflow types it as a list of datetimes
            untyped.append(name)
            continue
        try:
            inferred = infer_signature(params={name.removeprefix("params:"): parameters[name]}).params.params
            specs += map(_all_optional, inferred) if name in typed else inferred
        except (MlflowException, TypeError, ValueError, AttributeError):
            untyped.append(name)
    return ParamSchema(specs) if specs else None, untyped


def _all_optional(spec: Any) -> Any:
    """Return the schema of a parameter with all its fields optional."""
    from mlflow.types import ParamSpec
    from mlflow.types.schema import Object, Property

    if not isinstance(spec.dtype, Object):
        return spec
    fields = [Property(field.name, field.dtype, required=False) for field in spec.dtype.properties]
    return ParamSpec(spec.name, Object(fields), spec.default, spec.shape)
