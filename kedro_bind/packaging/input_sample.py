"""Keep a sample of a run's input: its schema, rows for the example and rows for the verification."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kedro_bind.model.nullable import nullable_columns, table_with
from kedro_bind.packaging.data_digest import data_digest, rows_in
from kedro_bind.packaging.signature import infer_input_schema
from kedro_bind.packaging.verification.kept_rows import kept_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlflow.types import Schema

__all__ = ["InputSample", "missing_parts", "sample_input", "why_not_written"]


@dataclass(frozen=True)
class InputSample:
    """A sample of the input: the schema of all rows, the first rows, and `varied` rows for the verification.

    `untyped` says why there is no schema. If there is one, the rows are converted for a model with that schema.
    `digest` and `count` are those of all rows.
    """

    schema: Schema | None
    rows: Any
    untyped: str = ""
    varied: Any = None
    digest: str | None = None
    count: int | None = None


def sample_input(data: Any, rows: int) -> InputSample:
    """Keep the schema of the input, and copies of some rows.

    There is no schema if MLflow would reject or change the very data that it inferred the schema from.
    """
    first, varied, schema = _first(data, rows), kept_rows(data), infer_input_schema(data)
    if schema is not None and not _refusal(_with_missing(data, first, schema), schema):
        nullable = nullable_columns(schema)
        sample = InputSample(schema, table_with(nullable, first), varied=table_with(nullable, varied))
    else:
        sample = InputSample(None, first, _why_untyped(first, schema), varied)
    return replace(sample, digest=data_digest(data), count=rows_in(data))


def why_not_written(rows: Any) -> str:
    """Return why MLflow can't write the rows as an input example, or an empty text if it can."""
    if _is_written(rows):
        return ""
    culprits = _columns(rows, lambda column: not _is_written(column))
    what = f"the {culprits}" if culprits else f"a '{_kind(rows)}'"
    return f"MLflow can't write {what} as JSON"


def missing_parts(untyped: str, unwritten: str) -> str:
    """Return the message about a missing input schema or example, with the reasons `untyped` and `unwritten`."""
    lacks = [part for part, reason in (("input in its signature", untyped), ("input example", unwritten)) if reason]
    options = [option for option, reason in (("signature", untyped), ("input_example", unwritten)) if reason]
    remedy = " and ".join(f"'{option}: none'" for option in options)
    consequence = "; it accepts any input unchanged" if untyped else ""
    return (
        f"the model has no {' and no '.join(lacks)}, since {untyped or unwritten}{consequence}"
        "; use plain columns of a pandas DataFrame (text, numbers, datetimes without a timezone) or an array"
        f", or set {remedy} in 'model' if this is what you want"
    )


def _first(data: Any, rows: int) -> Any:
    """Return a copy of the first rows: nodes may change the data afterwards."""
    if hasattr(data, "head") and hasattr(data, "shape"):
        head = data.head(rows)
        return head.copy() if hasattr(head, "copy") else head
    if hasattr(data, "shape") and hasattr(data, "copy"):
        return data[:rows].copy()
    if isinstance(data, list):
        return list(data[:rows])
    return data


def _with_missing(data: Any, first: Any, schema: Schema) -> Any:
    """Return the first rows and, for each optional column of a table, the first row with a missing value."""
    import pandas as pd

    optional = [] if schema.is_tensor_spec() else schema.optional_input_names()
    if not optional or not isinstance(data, pd.DataFrame):
        return first
    rows = sorted({*range(len(first)), *(int(data[name].isna().to_numpy().argmax()) for name in optional)})
    return data.iloc[rows]


def _refusal(rows: Any, schema: Schema) -> str:
    """Return how a pyfunc model with this schema rejects or changes rows, or an empty text if it does neither."""
    from mlflow.models import Model, ModelSignature
    from mlflow.pyfunc import PyFuncModel
    from mlflow.types import Schema

    try:
        signature = ModelSignature(inputs=Schema.from_json(schema.to_json()))
        flavors = {"python_function": {"loader_module": __name__}}
        model = PyFuncModel(Model(signature=signature, flavors=flavors), _Echo())
        # Schema enforcement changes mappings in place.
        copied = pickle.loads(pickle.dumps(rows))  # noqa: S301 - pickled on this line
        received: Any = model.predict(table_with(nullable_columns(schema), copied))
    except Exception:  # noqa: BLE001 - MLflow and pickling may raise anything
        return f"MLflow rejects a '{_kind(rows)}'"
    if type(received) is not type(rows):
        return f"MLflow passes a '{_kind(rows)}' to a model as a '{_kind(received)}'"
    if hasattr(rows, "columns") and list(received.columns) != list(rows.columns):
        return "MLflow drops some of its columns"
    return ""


class _Echo:
    """Predicts what MLflow passes to it."""

    def predict(self, model_input: Any) -> Any:
        return model_input


def _why_untyped(rows: Any, schema: Schema | None) -> str:
    """Return the reason why MLflow has no schema for an input."""
    index = getattr(rows, "columns", None)
    if getattr(index, "nlevels", 1) > 1 or not getattr(index, "is_unique", True):
        return "MLflow needs unique names of its columns, with one level"
    culprits = _columns(rows, _is_untyped)
    if culprits:
        return f"MLflow has no type for the {culprits}"
    refusal = _refusal(rows, schema) if schema is not None else ""
    return refusal or f"MLflow's pyfunc rejects a '{_kind(rows)}'"


def _is_untyped(column: Any) -> bool:
    schema = infer_input_schema(column)
    return schema is None or bool(_refusal(column, schema))


def _is_written(rows: Any) -> bool:
    from mlflow.models import convert_input_example_to_serving_input

    try:
        convert_input_example_to_serving_input(rows)
    except Exception:  # noqa: BLE001 - MLflow and JSON encoders may raise anything
        return False
    return True


def _columns(rows: Any, matches: Callable[[Any], bool]) -> str:
    """Name the columns of a pandas table that match, with their types; `matches` takes a table of one column."""
    import pandas as pd

    if not isinstance(rows, pd.DataFrame) or type(rows) is not pd.DataFrame:
        return ""
    found = [
        f"'{name}' ({dtype})"
        for place, (name, dtype) in enumerate(zip(rows.columns, rows.dtypes, strict=True))
        if matches(rows.iloc[:, [place]])
    ]
    return f"column{'s' if len(found) > 1 else ''} {', '.join(found)}" if found else ""


def _kind(value: Any) -> str:
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    return kind.__qualname__ if package == "builtins" else f"{package}.{kind.__qualname__}"
