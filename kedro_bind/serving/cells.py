"""The cells of a request's body, each with the name of its column, in all forms of MLflow's scoring protocol."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlflow.types import Schema

__all__ = ["Cells", "names_and_specs"]


@dataclass(frozen=True)
class Cells:
    """Finds the cells of bodies for one signature; `positional` are the names of values that come without one."""

    named: bool = False
    positional: Iterable[Any] = ()

    @classmethod
    def of(cls, schema: Schema | None) -> Cells:
        """Return what finds the cells of bodies for a schema."""
        names = [name for name, _ in names_and_specs(schema)]
        if schema is not None and schema.has_input_names():
            return cls(named=True, positional=names if len(names) == 1 else ())
        # All values of a request are those of its only tensor.
        return cls(positional=itertools.repeat(0) if schema is not None and schema.is_tensor_spec() else names)

    def columns(self, form: str, content: Any) -> Mapping[Any, list[Any]]:
        """Return the values of each column; those that a record lacks are missing ones."""
        columns: dict[Any, list[Any]] = defaultdict(list)
        by_column = form == "inputs" and isinstance(content, dict)
        for name, cell in self.of_body(form, content):
            if isinstance(name, str | int):
                columns[name] += cell if by_column and isinstance(cell, list) else [cell]
        records = [row for row in _listed(content) if isinstance(row, dict)] if form != "dataframe_split" else []
        for name, values in columns.items():
            if self.named and any(name not in record for record in records):
                values.append(None)
        return columns

    def of_body(self, form: str, content: Any) -> Iterator[tuple[Any, Any]]:
        """Yield each cell with the name of its column, whatever else is wrong with the content."""
        names = self.positional
        if form == "dataframe_split" and isinstance(content, dict):
            if self.named:
                columns = content.get("columns")
                names = list(columns) if isinstance(columns, list | dict) else ()  # pandas takes both
            content = content.get("data")
        for row in _listed(content):
            if not isinstance(row, dict):
                yield from zip(names, _listed(row), strict=False)
            else:
                yield from row.items() if self.named else zip(names, row.values(), strict=False)


def names_and_specs(schema: Schema | None) -> Iterator[tuple[Any, Any]]:
    """Yield the columns, or tensors, of a schema by their names, or by their positions where it names none."""
    if schema is not None:
        names = schema.input_names() if schema.has_input_names() else range(len(schema.inputs))
        yield from zip(names, schema.inputs, strict=True)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
