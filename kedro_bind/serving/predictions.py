"""Predictions for one or several callers, and the JSON that MLflow's server responds with.

The JSON equals that of MLflow once both are parsed. orjson is many times faster than the standard library, and writes
null for NaN, which MLflow writes as `NaN`; so it writes plain values only, and MLflow's own encoder all others.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

__all__ = ["Part", "Predictions", "Write"]


class Predictions:
    """What a model returned for the rows of a batch."""

    def __init__(self, data: Any) -> None:
        import pandas as pd

        self.returned = data
        self.data = data.to_frame() if isinstance(data, pd.Series) else data

    def __len__(self) -> int:
        return len(self.data)

    @property
    def whole(self) -> Part:
        """All of it, for one caller."""
        return Part(self)

    @cached_property
    def jsonable(self) -> Any:
        """The predictions as JSON-ready values, as MLflow writes them."""
        import numpy as np
        import pandas as pd

        if isinstance(self.data, pd.DataFrame):
            return self.data.to_dict(orient="records")
        return self.data.tolist() if isinstance(self.data, np.ndarray) else self.data

    @cached_property
    def plain(self) -> bool:
        """Whether orjson writes the predictions as MLflow does: numbers, booleans and strings of arrays and tables."""
        import numpy as np
        import pandas as pd

        if isinstance(self.data, np.ndarray):
            return _is_plain(self.data)
        if not isinstance(self.data, pd.DataFrame):
            return False
        columns = (self.data.iloc[:, place] for place in range(self.data.shape[1]))
        return all(isinstance(name, str) for name in self.data.columns) and all(map(_is_plain_column, columns))


class Part:
    """The part of some predictions that belongs to one caller."""

    def __init__(self, predictions: Predictions, start: int | None = None, stop: int | None = None) -> None:
        self._predictions = predictions
        self._rows = slice(start, stop)
        self._is_whole = start is None

    @property
    def data(self) -> Any:
        """The predictions in the type that the model returned; a Series as a table."""
        return self._taken(self._predictions.data)

    @property
    def returned(self) -> Any:
        """The predictions in the type that the model returned."""
        return self._taken(self._predictions.returned)

    def _taken(self, data: Any) -> Any:
        if self._is_whole:
            return data
        return data.iloc[self._rows] if hasattr(data, "iloc") else data[self._rows]

    def json(self) -> bytes:
        """Return the body of a response in MLflow's scoring protocol."""
        jsonable = self._predictions.jsonable
        content = {"predictions": jsonable if self._is_whole else jsonable[self._rows]}
        if self._predictions.plain:
            return orjson.dumps(content)
        from mlflow.utils.proto_json_utils import NumpyEncoder

        return json.dumps(content, cls=NumpyEncoder).encode()


Write: TypeAlias = "Callable[[Part], Any]"
"""Makes the response to a request from its predictions; runs in the thread that has predicted."""


def _is_plain(array: Any) -> bool:
    import numpy as np

    return array.dtype.kind in "biu" or (array.dtype.kind == "f" and bool(np.isfinite(array).all()))


def _is_plain_column(column: Any) -> bool:
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return not column.isna().any()
    return not isinstance(column.dtype, pd.api.extensions.ExtensionDtype) and _is_plain(column.to_numpy())
