"""The signature and the input example of a model, from the data of the run that trained it."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlflow.types import ParamSchema, Schema

__all__ = ["InputSample", "infer_parameters", "infer_schema", "sample_input"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class InputSample:
    """What is kept of the input: the schema of all of it, and its first rows."""

    schema: Schema | None
    rows: Any


def sample_input(data: Any, rows: int) -> InputSample:
    """Keep the schema and a copy of the first rows of the input."""
    return InputSample(schema=infer_schema(data), rows=_first(data, rows))


def infer_schema(data: Any) -> Schema | None:
    """Give MLflow's schema of some data; `None` where MLflow can't type it.

    Missing values count: a column that has some is optional, an integer column that has some is a double.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature

    try:
        with warnings.catch_warnings():
            # MLflow's hint that integer columns can't be null: here, they are typed from all of the data.
            warnings.simplefilter("ignore", UserWarning)
            inferred: Schema | None = infer_signature(model_input=data).inputs
            return inferred
    except (MlflowException, TypeError, ValueError) as error:
        logger.debug("no signature for data of type %s: %s", type(data).__name__, error)
        return None


def infer_parameters(parameters: Mapping[str, Any], names: Iterable[str]) -> tuple[ParamSchema | None, list[str]]:
    """Give the schema of the parameters that a caller may set, and those that MLflow can't type."""
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature
    from mlflow.types import ParamSchema

    specs, untyped = [], []
    for name in names:
        if parameters[name] == []:  # which MLflow takes for a list of dates
            untyped.append(name)
            continue
        try:
            specs += infer_signature(params={name.removeprefix("params:"): parameters[name]}).params.params
        except (MlflowException, TypeError, ValueError, AttributeError):
            untyped.append(name)
    return ParamSchema(specs) if specs else None, untyped


def _first(data: Any, rows: int) -> Any:
    """Give the first rows, as a copy: nodes may change the data afterwards."""
    if hasattr(data, "head") and hasattr(data, "copy"):
        return data.head(rows).copy()
    if hasattr(data, "shape") and hasattr(data, "copy"):
        return data[:rows].copy()
    if isinstance(data, list):
        return list(data[:rows])
    return data
