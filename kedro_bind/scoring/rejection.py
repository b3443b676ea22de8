"""Rows that a model rejects, told apart from those that it predicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.quoted_data import without_data

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Failure", "Predicted", "first_failure", "predict_rows", "reason_of", "wrong_column"]


@dataclass(frozen=True)
class Failure:
    """What a model says about a row: its signature or a validator rejects it, or a node fails."""

    position: int
    reason: str
    rejects: bool


@dataclass
class Predicted:
    """Predictions for consecutive rows, and why others are rejected, by their positions."""

    parts: list[Any] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)


def predict_rows(predict: Callable[[Any], Any], rows: Any) -> Predicted:
    """Predict all rows that are not rejected, by halves: few among many are found quickly.

    Raises:
        Exception: what a node raises.
    """
    found = Predicted()
    parts = [(0, len(rows))]
    while parts:
        start, stop = parts.pop()
        try:
            found.parts.append(predict(_slice(rows, start, stop)))
        except Exception as error:
            reason, rejects = reason_of(error)
            if not rejects:
                raise
            if stop - start == 1:
                found.rejected[start] = reason
            else:
                middle = (start + stop) // 2
                parts += [(middle, stop), (start, middle)]
    return found


def first_failure(predict: Callable[[Any], Any], rows: Any, error: Exception) -> Failure | None:
    """Find the first row that fails alone; `None` if it takes several rows to fail."""
    start, stop = 0, len(rows)
    while stop - start > 1:
        middle = (start + stop) // 2
        for part in ((start, middle), (middle, stop)):
            try:
                predict(_slice(rows, *part))
            except Exception as found:  # noqa: BLE001 - a model may fail with any error
                error, (start, stop) = found, part
                break
        else:
            return None
    return Failure(start, *reason_of(error))


def wrong_column(schema: Any, rows: Any) -> str:
    """Say which column of a table has a type, as a whole, that a signature does not take; nothing if none has.

    A value stands for all others of its column, unless the column has values of several types.
    """
    import pandas as pd
    from mlflow.exceptions import MlflowException
    from mlflow.models.utils import _enforce_schema  # the public way predicts as well
    from mlflow.types.schema import DataType, Schema

    from kedro_bind.model.nullable import nullable_columns, table_with

    if schema is None or schema.is_tensor_spec() or not schema.has_input_names() or not isinstance(rows, pd.DataFrame):
        return ""
    for column in schema.inputs:
        if column.name not in rows or not isinstance(column.type, DataType):
            continue
        values = rows[column.name].dropna()
        kind = pd.api.types.infer_dtype(values, skipna=True) if values.dtype == object else str(values.dtype)
        if values.empty or kind.startswith("mixed"):
            continue
        only = Schema([column])
        try:
            _enforce_schema(table_with(nullable_columns(only), values.head(1).to_frame()), only)
        except MlflowException:
            return f"the model takes {column.type.name} in the column '{column.name}', which has the type {kind}"
    return ""


def reason_of(error: Exception) -> tuple[str, bool]:
    """Return what an error says in one line, and whether it is about the input and not the model."""
    from mlflow.exceptions import MlflowException

    notes = getattr(error, "__notes__", ())
    if isinstance(error, MlflowException) and error.error_code == "INVALID_PARAMETER_VALUE" and not notes:
        return " ".join(without_data(str(error.message).rpartition("Error: ")[2]).split()), True
    message = " ".join(without_data(f"{type(error).__name__}: {error}").split())
    return ", ".join([message, *notes]), False


def _slice(rows: Any, start: int, stop: int) -> Any:
    return rows.iloc[start:stop] if hasattr(rows, "iloc") else rows[start:stop]
