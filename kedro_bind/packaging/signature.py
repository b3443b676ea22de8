"""The signature and the input example of a model, from the data of the run that trained it."""

from __future__ import annotations

import logging
import pickle
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.model.nullable import nullable_columns, schema_with_missing, table_with
from kedro_bind.packaging.verification.kept_rows import kept_rows
from kedro_bind.process.quiet import quiet
from kedro_bind.redaction import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mlflow.types import ParamSchema, Schema

__all__ = ["InputSample", "infer_parameters", "infer_schema", "left_out", "sample_input", "unsaved"]

logger = get_logger(__name__)


@dataclass(frozen=True)
class InputSample:
    """What is kept of the input: the schema of all of it, its first rows, and `varied` ones to compare.

    `untyped` says why there is no schema. With one, the rows are as a model with it takes them.
    """

    schema: Schema | None
    rows: Any
    untyped: str = ""
    varied: Any = None


def sample_input(data: Any, rows: int) -> InputSample:
    """Keep the schema and a copy of the first rows of the input.

    A schema that MLflow infers and then holds against the very data that it is from is no schema.
    """
    first, varied, schema = _first(data, rows), kept_rows(data), _input_schema(data)
    if schema is not None and not _refusal(_with_missing(data, first, schema), schema):
        nullable = nullable_columns(schema)
        return InputSample(schema, table_with(nullable, first), varied=table_with(nullable, varied))
    return InputSample(None, first, _why_untyped(first, schema), varied)


def unsaved(rows: Any) -> str:
    """Say why MLflow can't save the rows as an input example; nothing where it can."""
    if _is_saved(rows):
        return ""
    culprits = _columns(rows, lambda column: not _is_saved(column))
    what = f"the {culprits}" if culprits else f"a '{_kind(rows)}'"
    return f"MLflow can't write {what} as JSON"


def left_out(untyped: str, unsaved: str) -> str:
    """Say what a model lacks, why, and what to do; `untyped` and `unsaved` are the reasons, if there are any."""
    lacks = [what for what, why in (("input in its signature", untyped), ("input example", unsaved)) if why]
    options = [option for option, why in (("signature", untyped), ("input_example", unsaved)) if why]
    remedy = " and ".join(f"'{option}: none'" for option in options)
    consequence = "; it takes any input, as it is" if untyped else ""
    return (
        f"the model has no {' and no '.join(lacks)}, since {untyped or unsaved}{consequence}"
        "; give it plain columns of a pandas DataFrame (text, numbers, datetimes without a timezone), or an array"
        f", or set {remedy} in 'model' if this is what you want"
    )


def infer_schema(data: Any) -> Schema | None:
    """Give MLflow's schema of some data; `None` where MLflow can't type it.

    Missing values count: a column that has some is optional, an integer column that has some is a double.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature

    try:
        with quiet("mlflow.models.signature", logging.ERROR), warnings.catch_warnings():
            # MLflow's hint that integer columns can't be null: here, they are typed from all of the data.
            warnings.simplefilter("ignore", UserWarning)
            inferred: Schema | None = infer_signature(model_input=data).inputs
            return inferred
    except (MlflowException, TypeError, ValueError) as error:
        logger.debug("no signature for data of type %s: %s", type(data).__name__, error)
        return None


def infer_parameters(
    parameters: Mapping[str, Any], names: Iterable[str], typed: Collection[str] = ()
) -> tuple[ParamSchema | None, list[str]]:
    """Give the schema of the parameters that a caller may set, and those that MLflow can't type.

    `typed` are those that a type of the project's own makes an object of: that type says which fields it needs.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature
    from mlflow.types import ParamSchema

    specs: list[Any] = []
    untyped: list[str] = []
    for name in names:
        if parameters[name] == []:  # which MLflow takes for a list of dates
            untyped.append(name)
            continue
        try:
            found = infer_signature(params={name.removeprefix("params:"): parameters[name]}).params.params
            specs += map(_all_optional, found) if name in typed else found
        except (MlflowException, TypeError, ValueError, AttributeError):
            untyped.append(name)
    return ParamSchema(specs) if specs else None, untyped


def _all_optional(spec: Any) -> Any:
    """Give the schema of a parameter with no field that a caller has to give."""
    from mlflow.types import ParamSpec
    from mlflow.types.schema import Object, Property

    if not isinstance(spec.dtype, Object):
        return spec
    fields = [Property(each.name, each.dtype, required=False) for each in spec.dtype.properties]
    return ParamSpec(spec.name, Object(fields), spec.default, spec.shape)


def _first(data: Any, rows: int) -> Any:
    """Give the first rows, as a copy: nodes may change the data afterwards."""
    if hasattr(data, "head") and hasattr(data, "shape"):
        head = data.head(rows)
        return head.copy() if hasattr(head, "copy") else head
    if hasattr(data, "shape") and hasattr(data, "copy"):
        return data[:rows].copy()
    if isinstance(data, list):
        return list(data[:rows])
    return data


def _input_schema(data: Any) -> Schema | None:
    """Give the schema of a model's input; `None` where MLflow has none but one unnamed column of any type.

    That is what it makes of all that it can't type, and such a schema drops columns.
    """
    from mlflow.types.schema import AnyType

    inferred = infer_schema(data)
    if inferred is None or (not inferred.has_input_names() and inferred.input_types() == [AnyType()]):  # type: ignore[no-untyped-call]  # so in MLflow
        return None
    return schema_with_missing(inferred)


def _with_missing(data: Any, first: Any, schema: Schema) -> Any:
    """Give the first rows and, for each optional column of a table, the first one that lacks it."""
    import pandas as pd

    optional = [] if schema.is_tensor_spec() else schema.optional_input_names()
    if not optional or not isinstance(data, pd.DataFrame):
        return first
    rows = sorted({*range(len(first)), *(int(data[name].isna().to_numpy().argmax()) for name in optional)})
    return data.iloc[rows]


def _refusal(rows: Any, schema: Schema) -> str:
    """Say how a pyfunc model with this schema, read back from where MLflow writes it, mistreats rows."""
    from mlflow.models import Model, ModelSignature
    from mlflow.pyfunc import PyFuncModel
    from mlflow.types import Schema

    try:
        signature = ModelSignature(inputs=Schema.from_json(schema.to_json()))
        flavors = {"python_function": {"loader_module": __name__}}
        model = PyFuncModel(Model(signature=signature, flavors=flavors), _Echo())
        # Enforcement changes mappings in place.
        copied = pickle.loads(pickle.dumps(rows))  # noqa: S301 - of just now
        handed: Any = model.predict(table_with(nullable_columns(schema), copied))
    except Exception:  # noqa: BLE001 - MLflow, and what it calls, refuse in many ways
        return f"MLflow does not take a '{_kind(rows)}'"
    if type(handed) is not type(rows):
        return f"MLflow hands a '{_kind(rows)}' to a model as a '{_kind(handed)}'"
    if hasattr(rows, "columns") and list(handed.columns) != list(rows.columns):
        return "MLflow drops columns of it"
    return ""


class _Echo:
    """Answers with what MLflow hands to a model."""

    def predict(self, model_input: Any) -> Any:
        return model_input


def _why_untyped(rows: Any, schema: Schema | None) -> str:
    """Say what of an input it is that MLflow has no schema for."""
    index = getattr(rows, "columns", None)
    if getattr(index, "nlevels", 1) > 1 or not getattr(index, "is_unique", True):
        return "MLflow can't hold the names of its columns, of which each has to be unique and of one level"
    culprits = _columns(rows, _is_untyped)
    if culprits:
        return f"MLflow has no type for the {culprits}"
    refusal = _refusal(rows, schema) if schema is not None else ""
    return refusal or f"MLflow's pyfunc does not take a '{_kind(rows)}'"


def _is_untyped(column: Any) -> bool:
    schema = _input_schema(column)
    return schema is None or bool(_refusal(column, schema))


def _is_saved(rows: Any) -> bool:
    from mlflow.models import convert_input_example_to_serving_input

    try:
        convert_input_example_to_serving_input(rows)
    except Exception:  # noqa: BLE001 - MLflow, and what encodes JSON, refuse in many ways
        return False
    return True


def _columns(rows: Any, wanted: Callable[[Any], bool]) -> str:
    """Name the columns of a pandas table that are wanted, each of which is a table of its own, with their types."""
    import pandas as pd

    if not isinstance(rows, pd.DataFrame) or type(rows) is not pd.DataFrame:
        return ""
    found = [
        f"'{name}' ({dtype})"
        for place, (name, dtype) in enumerate(zip(rows.columns, rows.dtypes, strict=True))
        if wanted(rows.iloc[:, [place]])
    ]
    return f"column{'s' if len(found) > 1 else ''} {', '.join(found)}" if found else ""


def _kind(value: Any) -> str:
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    return kind.__qualname__ if package == "builtins" else f"{package}.{kind.__qualname__}"
