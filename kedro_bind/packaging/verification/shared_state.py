"""Find out whether predicting changes an artifact that all requests share.

The predictions for a request must not depend on earlier requests. So an artifact may change at its first request (it
fills a cache, or it keeps the `id` of one of its own objects, as scikit-learn's `TfidfVectorizer` does), if its state
then stays the same through requests with other rows, and leads to the predictions of the fresh artifact. All of this
is compared within one process, since ids differ between processes.
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro_bind.packaging.verification.comparison import equal_predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["SharedModel", "predict_and_compare"]


@dataclass(frozen=True)
class SharedModel:
    """A loaded model's `predict`, and the artifacts that its requests share."""

    predict: Callable[[Any], Any]
    artifacts: Mapping[str, Any]


def predict_and_compare(model: SharedModel, load: Callable[[], SharedModel], rows: Any) -> tuple[Any, list[str]]:
    """Predict with a fresh model; return the predictions and the names of the artifacts that requests change.

    `load` loads the model once more; it is called only if an artifact has changed.
    """
    before = _states(model, model.artifacts)
    predictions = model.predict(rows)
    after = _states(model, model.artifacts)
    suspects = [name for name, state in before.items() if after[name] != state]
    return predictions, _unsettled(load(), suspects, rows, predictions) if suspects else []


def _unsettled(fresh: SharedModel, suspects: list[str], rows: Any, predictions: Any) -> list[str]:
    """Name the artifacts whose state depends on the requests, or all if their first change changes the predictions.

    Without other rows to predict, all artifacts that change are named.
    """
    states = []
    for part in _parts(rows):
        try:
            fresh.predict(part)
        except Exception:  # noqa: BLE001, S112 - a model may need more rows than these
            continue
        states.append(_states(fresh, suspects))
    if not states:
        return suspects
    settled = fresh.predict(rows)
    states.append(_states(fresh, suspects))
    if changed := [name for name in suspects if len({state[name] for state in states}) > 1]:
        return changed
    if equal_predictions(settled, predictions):
        return []
    # If two predictions with one state differ, the pipeline is not deterministic, and a difference shows nothing.
    return suspects if equal_predictions(settled, fresh.predict(rows)) else []


def _parts(rows: Any) -> Iterator[Any]:
    """Yield the two halves of a table, an array or a list; nothing for other data."""
    try:
        half = (rows.shape[0] if hasattr(rows, "shape") else len(rows)) // 2
        parts = (rows[:half], rows[half:]) if half else ()
    except Exception:  # noqa: BLE001 - an input may be anything
        return
    yield from parts


def _states(model: SharedModel, names: Iterable[str]) -> dict[str, int | None]:
    return {name: _fingerprint(model.artifacts[name]) for name in names}


def _fingerprint(data: Any) -> int | None:
    """Return a checksum of data; `None` if it can't be pickled.

    The pickler keeps no memo (`fast`): with one, the bytes depend on which equal objects are identical, and
    predicting changes that for harmless reasons. Only data that contains itself needs a memo.
    """
    for fast in (True, False):
        sink = _Sink()
        pickler = _Pickler(sink, protocol=5, buffer_callback=sink.buffer)
        pickler.fast = fast
        try:
            pickler.dump(data)
        except Exception:  # noqa: BLE001, S112 - pickling objects may raise anything
            continue
        return sink.checksum
    return None


class _Pickler(pickle.Pickler):
    def reducer_override(self, data: Any) -> Any:
        """Leave out the statistics that scikit-learn's KDTree and BallTree count with every query."""
        if hasattr(data, "get_n_calls") and hasattr(data, "get_arrays") and not isinstance(data, type):
            return type(data), tuple(data.get_arrays())
        return NotImplemented


class _Sink:
    checksum = 0

    def write(self, data: Any) -> int:
        self.checksum = zlib.crc32(data, self.checksum)
        return len(data)

    @property
    def buffer(self) -> Callable[[pickle.PickleBuffer], None]:
        def take(buffer: pickle.PickleBuffer) -> None:
            self.write(buffer.raw())

        return take
