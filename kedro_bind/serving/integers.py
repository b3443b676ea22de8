"""Integers of a request that MLflow would change: it drops fractions, and wraps what does not fit.

Of `{"inputs": {"visits": [2.5]}}`, MLflow 3.17 makes a column of integers with the value 2.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kedro_bind.serving.errors import invalid_value
from kedro_bind.serving.nested import flat_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlflow.types import Schema

__all__ = ["IntegerColumns"]


@dataclass(frozen=True)
class IntegerColumns:
    """The integer columns, or tensors, of a signature, with the least and the largest value that each can hold.

    `names` are those of all columns in their order, or positions where the signature names none.
    """

    names: Iterable[Any] = ()
    named: bool = False
    limits: Mapping[Any, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: Schema | None) -> IntegerColumns:
        """Return those of a schema."""
        import numpy as np
        from mlflow.types import DataType

        if schema is None:
            return cls()
        named = schema.has_input_names()
        names: list[Any] = list(schema.input_names()) if named else list(range(len(schema.inputs)))
        limits = {}
        for name, spec in zip(names, schema.inputs, strict=True):
            dtype = np.dtype(spec.type.to_numpy()) if isinstance(spec.type, DataType) else spec.type
            if isinstance(dtype, np.dtype) and dtype.kind in "iu":
                limits[name] = (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
        # All values of a request are those of a tensor without a name.
        return cls(itertools.repeat(0) if schema.is_tensor_spec() and not named else names, named, limits)

    def refuse_lossy(self, form: str, content: Any) -> None:
        """Refuse the content of a body if it has an integer that MLflow would change.

        Raises:
            RequestError: it has one.
        """
        if not self.limits:
            return
        for name, cell in self._cells(form, content):
            if not isinstance(name, str | int) or name not in self.limits:
                continue
            low, high = self.limits[name]
            for value in flat_values(cell):
                if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
                    continue
                if not low <= value <= high:
                    raise invalid_value(f"a value of the column '{name}' is outside of {low} to {high}")
                if value != int(value):
                    raise invalid_value(f"the column '{name}' has integers, and a value has a fraction")

    def _cells(self, form: str, content: Any) -> Iterator[tuple[Any, Any]]:
        """Yield each cell with the name of its column, whatever else is wrong with the content."""
        names = self.names
        if form == "dataframe_split" and isinstance(content, dict):
            if self.named and isinstance(columns := content.get("columns"), list | dict):  # pandas takes both
                names = list(columns)
            content = content.get("data")
        for row in _listed(content):
            if not isinstance(row, dict):
                yield from zip(names, _listed(row), strict=False)
            else:
                yield from row.items() if self.named else zip(names, row.values(), strict=False)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
