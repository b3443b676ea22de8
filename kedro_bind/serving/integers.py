"""Integers of a request that MLflow would change: it drops fractions, and wraps what does not fit.

Of `{"inputs": {"visits": [2.5]}}`, MLflow 3.17 makes a column of integers with the value 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.serving.cells import Cells, names_and_specs
from kedro_bind.serving.errors import invalid_value
from kedro_bind.serving.nested import flat_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow.types import Schema

__all__ = ["IntegerColumns"]


@dataclass(frozen=True)
class IntegerColumns:
    """The integer columns, or tensors, of a signature, with the least and the largest value that each can hold."""

    cells: Cells
    limits: Mapping[Any, tuple[int, int]]

    @classmethod
    def of(cls, schema: Schema | None) -> IntegerColumns:
        """Return those of a schema."""
        import numpy as np
        from mlflow.types import DataType

        limits = {}
        for name, spec in names_and_specs(schema):
            dtype = np.dtype(spec.type.to_numpy()) if isinstance(spec.type, DataType) else spec.type
            if isinstance(dtype, np.dtype) and dtype.kind in "iu":
                limits[name] = (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
        return cls(Cells.of(schema), limits)

    def refuse_lossy(self, form: str, content: Any) -> None:
        """Refuse the content of a body if it has an integer that MLflow would change.

        Raises:
            RequestError: it has one.
        """
        if not self.limits:
            return
        for name, cell in self.cells.of_body(form, content):
            if not isinstance(name, str | int) or name not in self.limits:
                continue
            low, high = self.limits[name]
            for value in flat_values(cell):
                if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN
                    continue
                if not low <= value <= high:
                    raise invalid_value(f"a value of the column '{name}' is not between {low} and {high}")
                if value != int(value):
                    raise invalid_value(f"the column '{name}' has integers, and a value has a fraction")
