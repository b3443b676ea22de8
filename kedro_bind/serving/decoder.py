"""A request's JSON, straight to the table that a model's signature promises.

MLflow builds a table of whatever types the values have, casts it column by column, and then enforces the schema column
by column. For the usual types all of that is known when the model is loaded, so it is compiled here: one converter for
each column, which takes only values that MLflow would certainly turn into the same column. Whatever else a request has
goes through MLflow's own functions, and so is accepted, refused and converted as MLflow does it. The exception are
integers, where MLflow silently drops fractions and wraps overflows: those are refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.serving.cells import Cells
from kedro_bind.serving.columns import NotPlain, columns_of_schema
from kedro_bind.serving.errors import bad_request, from_mlflow, invalid_value
from kedro_bind.serving.integers import IntegerColumns
from kedro_bind.serving.mismatch import mismatch_of_columns, name_of_type, refused_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlflow.types import Schema

    from kedro_bind.serving.columns import Column

__all__ = ["Decoder", "Rows", "columns_of_table"]

_FORMS = ("dataframe_records", "dataframe_split", "instances", "inputs")
_NO_TABLE = re.compile(
    r"Dataframe \w+ format must .*?(?=\. Got |$)|Provided dataframe_\w+ field is not a valid .*?(?=\. Error|$)"
)
_OTHER_TYPE = re.compile(r"Incompatible input types for column (.+)\. Can not safely convert (.+?) to (.+?)\.")
_OTHER_SHAPE = re.compile(r"(?:Shape|dtype) of input .+? does not match expected (?:shape|dtype) .+?(?=\.?$)")
"""Messages of MLflow (as of 3.17), as far as they quote no data."""


@dataclass(frozen=True)
class Rows:
    """The input of one request: the columns of a table, or in `other` a table or what else MLflow has made of it.

    Requests may share a table if their `layout` is the same: the names and types of the columns.
    """

    count: int
    layout: tuple[Any, ...] | None
    columns: tuple[Any, ...] = ()
    other: Any = None

    @classmethod
    def of_table(cls, table: Any) -> Rows:
        """Return the rows of a table, which may share one with others that have the same columns and types."""
        import pandas as pd

        if not isinstance(table, pd.DataFrame) or not isinstance(table.index, pd.RangeIndex):
            return cls.of_any(table)
        return cls(len(table), tuple(zip(table.columns, table.dtypes, strict=True)), other=table)

    @classmethod
    def of_any(cls, data: Any) -> Rows:
        """Return the input of a request, whatever it is, as rows that share no table with others."""
        try:
            count = len(data)
        except TypeError:  # a single value, which MLflow makes an array without dimensions of
            count = 1
        return cls(count, None, other=data)

    @staticmethod
    def joined(parts: Sequence[Rows]) -> Any:
        """Return one table with the rows of all parts, which have one layout."""
        import numpy as np
        import pandas as pd

        first = parts[0]
        if first.layout is None or (len(parts) == 1 and first.other is not None):
            return first.other
        if first.other is not None:
            return pd.concat([part.other for part in parts], ignore_index=True)
        names = [name for name, _ in first.layout]
        if len(parts) == 1:
            columns: Sequence[Any] = first.columns
        else:
            by_column = zip(*(part.columns for part in parts), strict=True)
            columns = [
                np.concatenate(pieces)
                if isinstance(pieces[0], np.ndarray)
                else [value for part in pieces for value in part]
                for pieces in by_column
            ]
        return pd.DataFrame(dict(zip(names, columns, strict=True)))


class Decoder:
    """Reads the four JSON forms of MLflow's scoring protocol for one model; stateless and thread-safe.

    A model `with_type_hints`, from which its signature was made, validates its input itself, and gets it as it comes.
    """

    def __init__(self, schema: Schema | None, *, with_type_hints: bool = False) -> None:
        self._schema = schema
        self._with_type_hints = with_type_hints
        self._columns = columns_of_schema(schema)
        self._required = frozenset(schema.required_input_names()) if self._columns and schema else frozenset()
        self._integers = IntegerColumns.of(schema)
        self._cells = Cells.of(schema)

    def decode(self, payload: Mapping[str, Any]) -> Rows:
        """Return the rows of a parsed JSON body.

        Raises:
            RequestError: the body has none or several of the four forms, or does not fit the schema.
        """
        forms = [form for form in _FORMS if form in payload]
        if len(forms) != 1:
            raise bad_request(f"the body must have exactly one of the keys {', '.join(_FORMS)}")
        form = forms[0]
        if self._with_type_hints:
            if form != "inputs":
                raise invalid_value("the body must have the key 'inputs': the model's signature is that of a type hint")
            return Rows.of_any(payload[form])
        try:
            return self._rows(_columns_of(form, payload[form]), lambda column, values: column.convert(values))
        except NotPlain:
            return self._by_mlflow(form, payload)

    def typed(self, columns: Mapping[str, Any]) -> Rows:
        """Return the rows of columns that have types of their own: arrays, and lists of strings.

        Raises:
            RequestError: they do not fit the schema, by MLflow's rules for tables.
        """
        import pandas as pd

        try:
            return self._rows(columns, lambda column, values: column.typed(values))
        except NotPlain:
            return self.enforced(pd.DataFrame(dict(columns)))

    def _rows(self, columns: Mapping[str, Any], convert: Callable[[Column, Any], Any]) -> Rows:
        if self._columns is None or not self._required <= columns.keys():
            raise NotPlain
        present = [(name, column) for name, column in self._columns.items() if name in columns]
        converted = tuple(convert(column, columns[name]) for name, column in present)
        layout = tuple((name, column.dtype) for name, column in present)
        return Rows(len(converted[0]) if converted else 0, layout, converted)

    def _by_mlflow(self, form: str, payload: Mapping[str, Any]) -> Rows:
        from mlflow.pyfunc.scoring_server import infer_and_parse_data

        self._integers.refuse_lossy(form, payload[form])
        body = {form: payload[form]}
        return self._enforced(
            lambda schema: infer_and_parse_data(body, schema),  # type: ignore[arg-type]  # None is its default
            lambda: self._cells.columns(form, payload[form]),
        )

    def enforced(self, data: Any) -> Rows:
        """Return input that was not JSON, such as a table from CSV, after MLflow has enforced the schema on it.

        Raises:
            RequestError: it does not fit the schema.
        """
        return self._enforced(lambda _: data, lambda: columns_of_table(data))

    def _enforced(
        self, parsed: Callable[[Schema | None], Any], columns: Callable[[], Mapping[Any, Sequence[Any]]]
    ) -> Rows:
        from mlflow.exceptions import MlflowException
        from mlflow.models.utils import _enforce_schema  # the public way predicts as well

        try:
            data = parsed(self._schema)
        except MlflowException as error:
            raise from_mlflow(error, self._reason(error, parsed, columns())) from error
        except Exception as error:  # MLflow looks for the names of columns in sets, and a name may be a list
            reason = f"the body can't be read as a table ({type(error).__name__}); the names of columns must be text"
            raise bad_request(reason) from error
        if self._schema is not None:
            try:
                data = _enforce_schema(data, self._schema)
            except Exception as error:  # MLflow raises several types, and so does what it calls
                raise invalid_value(self._reason(error, parsed, columns())) from error
        return Rows.of_any(data)

    def _reason(
        self, error: Exception, parsed: Callable[[Schema | None], Any], columns: Mapping[Any, Sequence[Any]]
    ) -> str:
        """Say what is wrong with an input that MLflow refuses, without the data that MLflow quotes."""
        message = str(getattr(error, "message", ""))
        if no_table := _NO_TABLE.search(message):
            return f"the body has no table: {no_table[0]}"
        refused = None if self._schema is None else refused_part(self._schema, parsed, columns)
        if refused is not None and (mismatch := mismatch_of_columns(refused, columns)):
            return mismatch
        if other_type := _OTHER_TYPE.search(message):
            name, found, expected = other_type.groups()
            return f"the column '{name}' has the type {expected}, and the values are of the type {found}"
        if refused is not None and refused.has_input_names() and len(refused) == 1:
            (column,) = refused.inputs
            return f"the column '{column.name}' does not fit its type, which is {name_of_type(column.type)}"
        other_shape = _OTHER_SHAPE.search(message)
        return f"the input does not fit the model's signature{f': {other_shape[0]}' if other_shape else ''}"


def _columns_of(form: str, content: Any) -> Mapping[str, Sequence[Any]]:
    """Return the values of each column; only for what is a table beyond doubt."""
    if form == "dataframe_records" and isinstance(content, list) and content and isinstance(content[0], dict):
        names = content[0].keys()
        if all(isinstance(record, dict) and record.keys() == names for record in content):
            return {name: [record[name] for record in content] for name in names}
    if form == "dataframe_split" and isinstance(content, dict) and content.keys() == {"columns", "data"}:
        names, data = content["columns"], content["data"]
        if (
            isinstance(names, list)
            and isinstance(data, list)
            and data
            and all(isinstance(name, str) for name in names)
            and len(set(names)) == len(names)
            and all(isinstance(row, list) and len(row) == len(names) for row in data)
        ):
            return dict(zip(names, zip(*data, strict=True), strict=True))
    raise NotPlain


def columns_of_table(data: Any) -> Mapping[Any, Sequence[Any]]:
    """Return the values of a table that was not JSON; those of an array are of one type, which MLflow names.

    Columns of the same name are one.
    """
    import pandas as pd

    columns: dict[Any, list[Any]] = defaultdict(list)
    if isinstance(data, pd.DataFrame):
        for name, values in data.items():
            columns[name] += values.tolist()
    return columns
