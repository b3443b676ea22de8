"""The predicting process: load one saved model with its own code, predict, and show what is in its artifacts.

It runs as a copy of this file, in an environment that need not have this version of kedro_bind: it imports nothing but
MLflow and what the model needs. `python child.py JOB` reads a job as JSON from a file, and writes the result, as JSON,
to the file that the job names.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CHUNK_ROWS = 100_000
"""A model that is row-wise gets no more rows than this at once."""
_MOST_LEVELS = 8
_ADDRESSES = ("_stop_words_id",)
"""Attributes with the `id` of an object, which differs in every process: that of scikit-learn's vectorizers."""


def main() -> int:
    """Do one job; exit 0 with a result, whatever it says."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        import mlflow.pyfunc

        model = mlflow.pyfunc.load_model(job["model"], suppress_warnings=True)
        if job["artifacts"]:
            _write(job["views"], _views(model, job["artifacts"]))
        if job["data"]:
            data = pickle.loads(Path(job["data"]).read_bytes())  # noqa: S301 - written by the process that waits
            _write(job["predictions"], predict(model, data))
        result = {}
    except Exception as error:  # noqa: BLE001 - whatever the model raises is the result
        reason = "".join(traceback.format_exception_only(type(error), error)).strip()
        result = {"error": " ".join(reason.split()), "traceback": traceback.format_exc()}
    Path(job["result"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


def _write(place: str, value: Any) -> None:
    Path(place).write_bytes(pickle.dumps(value, protocol=5))


def predict(model: Any, data: Any) -> Any:
    """Return what a model predicts, in chunks if it is row-wise and the data is large."""
    if not (_is_row_wise(model) and hasattr(data, "iloc") and len(data) > CHUNK_ROWS):
        return model.predict(data)
    parts = [model.predict(data.iloc[start : start + CHUNK_ROWS]) for start in range(0, len(data), CHUNK_ROWS)]
    joined = _joined(parts)
    return model.predict(data) if joined is None else joined


def _is_row_wise(model: Any) -> bool:
    """Check what verification found; a model that kedro_bind did not make has no such finding."""
    try:
        return bool(model.unwrap_python_model().predictor.plan.row_wise)
    except Exception:  # noqa: BLE001 - another flavor of MLflow
        return False


def _joined(parts: list[Any]) -> Any:
    """Join the predictions of several chunks; `None` where their type is not known here."""
    import numpy as np
    import pandas as pd

    if all(isinstance(part, pd.DataFrame | pd.Series) for part in parts):
        return pd.concat(parts)
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate(parts)
    if all(isinstance(part, list) for part in parts):
        return [prediction for part in parts for prediction in part]
    return None


def _views(model: Any, names: list[str]) -> dict[str, dict[str, Any]]:
    """Return what can be seen of each artifact: its parts by their paths, as plain values and arrays."""
    artifacts = model.unwrap_python_model().predictor.artifacts
    return {name: dict(_parts(artifacts[name], "", 0)) for name in names if name in artifacts}


def _parts(value: Any, path: str, level: int) -> Iterator[tuple[str, Any]]:
    inside = _inside(value) if level < _MOST_LEVELS else None
    if inside is None:
        yield path, _leaf(value)
        return
    if not isinstance(value, Mapping):
        yield f"{path}({type(value).__name__})", True
    for key, part in inside.items():
        yield from _parts(part, f"{path}.{key}" if path else str(key), level + 1)


def _inside(value: Any) -> Mapping[Any, Any] | None:
    """Return the parts of a mapping or a table, the attributes of an estimator, or what a list has of these."""
    import numpy as np

    if isinstance(value, Mapping):
        return value
    if hasattr(value, "get_params") and not isinstance(value, type):
        attributes = {key: part for key, part in vars(value).items() if key not in _ADDRESSES}
        return {**value.get_params(deep=False), **attributes}
    if type(value).__name__ == "DataFrame" and hasattr(value, "columns"):
        return {f"column {name}": value[name].to_numpy() for name in value.columns}
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.ravel().tolist()
    if isinstance(value, list | tuple) and any(isinstance(part, np.ndarray) or _inside(part) for part in value):
        return dict(enumerate(value))
    return None


def _leaf(value: Any) -> Any:
    """Return a value that another process can compare; of what it can't, the type and a digest of its pickle."""
    import numpy as np

    if value is None or isinstance(value, bool | int | float | str | np.generic):
        return value
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    texts = _texts(value)
    if texts is not None and not any(" at 0x" in text for text in texts):
        return texts
    digest = _digest(value)
    return f"{type(value).__name__} with the sha256 {digest[:12]}" if digest else f"<{type(value).__name__}>"


def _texts(value: Any) -> list[str] | None:
    """Return the elements of a sequence or a set as texts."""
    import numpy as np

    if isinstance(value, np.ndarray):
        return [str(part) for part in value.ravel()]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    return [repr(part) for part in value] if isinstance(value, list | tuple) else None


def _digest(value: Any) -> str:
    """Return the sha256 of a pickle that does not depend on the process; an empty text if there is none.

    The pickler keeps no memo (`fast`): with one, the bytes depend on which equal objects are identical. Only what
    contains itself needs a memo.
    """
    for fast in (True, False):
        sink = io.BytesIO()
        pickler = _Pickler(sink, protocol=5)
        pickler.fast = fast
        try:
            pickler.dump(value)
        except Exception:  # noqa: BLE001, S112 - pickling objects may raise anything
            continue
        return hashlib.sha256(sink.getbuffer()).hexdigest()
    return ""


class _Pickler(pickle.Pickler):
    def reducer_override(self, data: Any) -> Any:
        """Leave out attributes that hold addresses."""
        if isinstance(data, type) or set(_ADDRESSES).isdisjoint(getattr(data, "__dict__", ())):
            return NotImplemented
        make, arguments, state, *rest = data.__reduce_ex__(5)
        return make, arguments, {key: part for key, part in state.items() if key not in _ADDRESSES}, *rest


if __name__ == "__main__":
    sys.exit(main())
